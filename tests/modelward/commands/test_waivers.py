"""Request, grant and revoke waivers on the command line."""

from __future__ import annotations

from data.records.review import Waiver
from tests.modelward.commands.conftest import ProvenCaller
from tests.modelward.conftest import Cli
from tests.world import World

REQUEST = ("waivers", "request", "delay", "--control", "PRF-1", "--reason", "too few days", "--until", "2013-04-01")


def test_a_waiver_is_requested_granted_listed_and_revoked(world: World, cli: Cli, proven: ProvenCaller) -> None:
    key = f"{world.assessed()}/waivers/1"
    requested = cli(*REQUEST, "--by", "dev", "--as-of", world.now.isoformat())
    assert (requested.code, "requested ops/delay/1#1" in requested.out) == (0, True)
    options, typed = proven("alma")
    assert cli("waivers", "decide", "delay/1#1", "--grant", *options, typed=typed).code == 0
    assert world.get(Waiver, key).state == "granted"
    assert "requested by dev, decided by alma" in cli("waivers", "list").out
    options, typed = proven("axel")
    assert cli("waivers", "revoke", "delay/1#1", "--reason", "it failed", *options, typed=typed).code == 0
    assert cli("waivers", "list", "--json").json == []
    assert [one["state"] for one in cli("waivers", "list", "--all", "--json").json] == ["revoked"]


def test_the_person_who_requested_a_waiver_cannot_grant_it(world: World, cli: Cli, proven: ProvenCaller) -> None:
    world.assessed()
    cli(*REQUEST, "--by", "alma", "--as-of", world.now.isoformat())
    options, typed = proven("alma")
    assert cli("waivers", "decide", "delay/1#1", "--grant", *options, typed=typed).code == 1


def test_a_decision_without_grant_or_refuse_is_wrong_input(world: World, cli: Cli) -> None:
    world.assessed()
    assert cli("waivers", "decide", "delay/1#1").code == 2
