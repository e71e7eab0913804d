"""List and answer alerts, and resolve incidents, on the command line."""

from __future__ import annotations

import pytest

from data.records.monitoring import Alert, Incident
from data.registry.commands.monitoring import Deviation, RecordMonitoring
from tests.modelward.commands.conftest import ProvenCaller
from tests.modelward.conftest import Cli
from tests.operations import deployed
from tests.world import MODEL, World

ANSWERS = {
    "ack": ((), "acknowledged"),
    "confirm": (("--reason", "seen in the field"), "confirmed"),
    "dismiss": (("--reason", "a broken sensor"), "dismissed"),
    "snooze": (("--reason", "known", "--until", "2013-05-01"), "snoozed"),
}


@pytest.fixture
def paged(world: World) -> World:
    """A world with an alert of level page on the serving version."""
    version = deployed(world).version
    found = Deviation(
        about="score:calibration", version=version, level="page", severe=True, text="far too low", value=0.37
    )
    window = {
        "from_date": "2013-03-01",
        "to_date": "2013-03-07",
        "versions": (version,),
        "rows": 6_000,
        "labelled": 5_000,
    }
    world.do(
        RecordMonitoring(
            model=MODEL, plan=f"{MODEL}/monitoring-plans/1", partitions=(), counts={}, outcomes={}, found=(found,),
            measurements_digest=world.artifacts.put(b"measured"), **window,
        ),
        by="otto",
    )  # fmt: skip
    return world


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_alert_gets_the_state_of_its_answer(paged: World, cli: Cli, answer: str) -> None:
    options, state = ANSWERS[answer]
    result = cli("alerts", answer, "delay#1", *options, "--by", "otto", "--as-of", paged.now.isoformat())
    assert (result.code, result.out.split(" (")[0]) == (0, f"ops/delay#1 is {state}")
    assert paged.get(Alert, f"{MODEL}/alerts/1").changed_by == "otto"


def test_only_active_alerts_are_listed_without_all(paged: World, cli: Cli) -> None:
    assert "far too low" in cli("alerts", "list").out
    assert [one["level"] for one in cli("alerts", "list", "delay", "--json").json] == ["page"]
    cli("alerts", "dismiss", "delay#1", "--reason", "false", "--by", "otto", "--as-of", paged.now.isoformat())
    assert cli("alerts", "list").out == "no alert is active\n"
    assert len(cli("alerts", "list", "--all", "--json").json) == 1


def test_a_blocking_incident_is_resolved_with_a_code(paged: World, cli: Cli, proven: ProvenCaller) -> None:
    assert "ops/delay#1" in cli("incidents", "list").out
    options, typed = proven("olga")
    result = cli("incidents", "resolve", "delay#1", "--resolution", "retrained", *options, "--json", typed=typed)
    assert (result.code, result.json["type"]) == (0, "incident.resolved")
    assert paged.get(Incident, f"{MODEL}/incidents/1").resolved_by == "olga"
    assert cli("incidents", "list", "--json").json == []


def test_an_unknown_alert_is_refused_with_the_known_ones(paged: World, cli: Cli) -> None:
    result = cli("alerts", "ack", "delay#9")
    assert (result.code, result.err) == (2, "error: there is no alert delay#9\n→ choose one of ops/delay#1\n")
