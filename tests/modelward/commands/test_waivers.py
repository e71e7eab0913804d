"""A waiver on the command line: asked, granted by somebody else, revoked."""

from __future__ import annotations

from collections.abc import Callable

from data.records.review import Waiver
from tests.modelward.conftest import Cli
from tests.world import World

Proven = Callable[[str], tuple[tuple[str, ...], str]]
ASKED = ("waivers", "request", "delay", "--control", "PRF-1", "--reason", "too few days", "--until", "2013-04-01")


def test_a_waiver_is_asked_granted_listed_and_revoked(world: World, cli: Cli, proven: Proven) -> None:
    key = f"{world.assessed()}/waivers/1"
    asked = cli(*ASKED, "--by", "dev", "--as-of", world.now.isoformat())
    assert (asked.code, "asked for ops/delay/1#1" in asked.out) == (0, True)
    options, typed = proven("alma")
    assert cli("waivers", "decide", "delay/1#1", "--grant", *options, typed=typed).code == 0
    assert world.get(Waiver, key).state == "granted"
    assert "asked by dev, decided by alma" in cli("waivers", "list").out
    options, typed = proven("axel")
    assert cli("waivers", "revoke", "delay/1#1", "--reason", "it failed", *options, typed=typed).code == 0
    assert cli("waivers", "list", "--json").json == []
    assert [one["state"] for one in cli("waivers", "list", "--all", "--json").json] == ["revoked"]


def test_who_asked_cannot_grant(world: World, cli: Cli, proven: Proven) -> None:
    world.assessed()
    cli(*ASKED, "--by", "alma", "--as-of", world.now.isoformat())
    options, typed = proven("alma")
    assert cli("waivers", "decide", "delay/1#1", "--grant", *options, typed=typed).code == 1


def test_granting_or_refusing_must_be_said(world: World, cli: Cli) -> None:
    world.assessed()
    assert cli("waivers", "decide", "delay/1#1").code == 2
