"""Findings on the command line: from open to closed, and the errors on the way."""

from __future__ import annotations

from data.records.review import Finding
from tests.modelward.commands.conftest import ProvenCaller
from tests.modelward.conftest import Cli
from tests.world import World

OPENED = (
    "findings", "open", "delay", "--severity", "high", "--title", "Calibration drifts", "--text", "in spring",
    "--owner", "dev", "--due", "2013-05-01",
)  # fmt: skip


def test_a_finding_is_opened_answered_disputed_answered_and_closed(
    world: World, cli: Cli, proven: ProvenCaller
) -> None:
    key = f"{world.version()}/findings/1"
    at = ("--as-of", world.now.isoformat())
    opened = cli(*OPENED, "--by", "vera", *at)
    assert opened.out.startswith("opened ops/delay/1#1; dev must answer it by 2013-05-01 (event ")
    assert "ops/delay v1, the newest version" in opened.err
    assert cli("findings", "answer", "delay/1#1", "--text", "recalibrated", "--by", "dev", *at).code == 0
    assert cli("findings", "dispute", "delay/1#1", "--reason", "not in May", "--by", "vera", *at).code == 0
    assert cli("findings", "answer", "delay/1#1", "--text", "in May too", "--by", "dev", *at).code == 0
    options, typed = proven("vera")
    closed = cli("findings", "close", "delay/1#1", *options, "--json", typed=typed)
    assert (closed.code, closed.json["type"], closed.json["subject"]) == (0, "finding.closed", key)
    assert world.get(Finding, key).closed_by == "vera"


def test_only_open_findings_are_listed_without_all(world: World, cli: Cli) -> None:
    world.version()
    cli(*OPENED, "--by", "vera", "--as-of", world.now.isoformat())
    assert [one["title"] for one in cli("findings", "list", "delay/1", "--json").json] == ["Calibration drifts"]
    assert "ops/delay/1#1" in cli("findings", "list").out
    world.model("models/ops/other")
    assert cli("findings", "list", "other", "--all", "--json").json == []
    assert cli("findings", "list", "other").out == "no finding is open\n"


def test_the_owner_cannot_close_a_finding_and_the_refusal_is_recorded(
    world: World, cli: Cli, proven: ProvenCaller
) -> None:
    world.version()
    cli(*OPENED, "--by", "vera", "--as-of", world.now.isoformat())
    cli("findings", "answer", "delay/1#1", "--text", "done", "--by", "dev", "--as-of", world.now.isoformat())
    options, typed = proven("dev")
    result = cli("findings", "close", "delay/1#1", *options, typed=typed)
    assert result.code == 1
    assert len(world.events("command.refused")) == 1


def test_an_unknown_severity_is_a_wrong_option(world: World, cli: Cli) -> None:
    world.version()
    assert cli(*[one if one != "high" else "terrible" for one in OPENED]).code == 2


def test_an_unknown_owner_is_refused_with_a_similar_name(world: World, cli: Cli) -> None:
    world.version()
    result = cli(*[one if one != "dev" else "devv" for one in OPENED])
    assert (result.code, "did you mean dev" in result.err) == (2, True)


def test_a_title_that_is_too_long_is_wrong_input(world: World, cli: Cli) -> None:
    world.version()
    result = cli(*[one if one != "Calibration drifts" else "x" * 300 for one in OPENED])
    assert (result.code, "title: " in result.err) == (2, True)
