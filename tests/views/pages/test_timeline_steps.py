"""The steps of a timeline: every decision once, with the person and the proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from data.queries.log_entries import LogEntry
from data.queries.model_snapshot import ModelSnapshot, model_snapshot
from data.records.events import EventType
from data.records.evidence import sha256_of
from data.registry.commands.monitoring import AnswerAlert, Deviation, RecordMonitoring
from tests.world import MODEL, World
from views.pages.timeline import timeline_of
from views.pages.timeline_steps import WRITERS, TimelineStep, steps_of

SILENT = {
    "log.created", "log.key_rotated", "log.attested", "log.migrated", "log.recovered", "pii.erased", "standard.adopted",
    "person.added", "person.enrolled", "person.revoked", "role.granted", "role.ended", "credential.attempted",
    "credential.used",
    "evidence.recorded", "operation.begun", "monitoring.recorded", "backup.pruned",
}  # fmt: skip
"""Event types without a step of their own; a monitoring run gives steps for the alerts that it raised."""


@pytest.fixture(scope="module")
def steps(facts: ModelSnapshot) -> list[TimelineStep]:
    return steps_of(facts)


def only(steps: list[TimelineStep], kind: str) -> list[TimelineStep]:
    return [one for one in steps if one.kind == kind]


def test_every_event_type_has_a_step_or_is_excluded_explicitly() -> None:
    assert set(WRITERS) | SILENT == {one.value for one in EventType}
    assert not set(WRITERS) & SILENT


def test_steps_are_in_the_order_of_the_log(steps: list[TimelineStep]) -> None:
    assert [one.seq for one in steps] == sorted(one.seq for one in steps)
    assert len(steps) > 30


def test_an_approval_names_the_person_and_the_proof(steps: list[TimelineStep]) -> None:
    first = only(steps, "approved")[0]

    assert (first.who, first.proof, first.version) == ("Axel (axel)", "one-time code", 1)
    assert only(steps, "vote")[0].who == "Alma (alma)"


def test_an_alert_is_one_step(steps: list[TimelineStep]) -> None:
    raised = [(one.title, one.version) for one in steps if one.kind in {"page", "warning"}]

    assert raised
    assert len(raised) == len(set(raised))


V1 = f"{MODEL}/versions/1"
RAISED: dict[str, tuple[list[str], list[str]]] = {
    "a warning that became a page": (
        ["warning", "page"], ["1 warning Warning: psi: figure 1", "2 page Page: psi: figure 2"]
    ),
    "a page that continues": (["page", "page"], ["1 page Page: psi: figure 1"]),
    "a page that became severe": (
        ["page", "severe"], ["1 page Page: psi: figure 1", "2 page Page again: psi: figure 2"]
    ),
    "an alert after the end of its snooze": (
        ["warning", "snooze", "warning", "warning"],
        ["1 warning Warning: psi: figure 1", "4 warning Warning again: psi: figure 4"],
    ),
    "an alert that ended and was raised again": (
        ["warning", "quiet", "page"], ["1 warning Warning: psi: figure 1", "3 page Page: psi: figure 3"]
    ),
}  # fmt: skip


def record_night(world: World, number: int, what: str) -> None:
    """Record the monitoring run of night `number`, or snooze its alert for ten days; the nights are weekly."""
    if what == "snooze":
        until = world.now + timedelta(days=10)
        world.do(AnswerAlert(key=f"{MODEL}/alerts/1", answer="snooze", reason="known", until=until), by="otto")
        return
    found = Deviation(
        about="psi", version=V1, level="warning" if what == "warning" else "page", severe=what == "severe",
        text=f"figure {number}",
    )  # fmt: skip
    last = world.now.date()
    night = RecordMonitoring(
        model=MODEL, plan=f"{MODEL}/monitoring-plans/1", from_date=f"{last - timedelta(days=6)}", to_date=f"{last}",
        versions=(V1,), rows=900, labelled=850, partitions=(), measurements_digest=sha256_of(number), counts={},
        outcomes={}, found=() if what == "quiet" else (found,), quiet=("psi",) if what == "quiet" else (),
    )  # fmt: skip
    world.do(night, by="watch")


@pytest.mark.parametrize(("nights", "lines"), RAISED.values(), ids=RAISED)
def test_an_alert_step_shows_the_alert_as_it_was_after_its_run(
    nights: list[str], lines: list[str], world: World
) -> None:
    world.model()
    began = world.now
    for number, what in enumerate(nights, start=1):
        record_night(world, number, what)
        world.move(days=7)
    raised = [one for one in steps_of(model_snapshot(world.home, MODEL)) if one.kind in {"page", "warning"}]
    assert [f"{1 + (one.at - began).days // 7} {one.kind} {one.title}: {one.detail}" for one in raised] == lines


def test_a_rollback_step_names_both_versions(steps: list[TimelineStep]) -> None:
    (step,) = only(steps, "rolled_back")

    assert (step.title, step.detail, step.decides) == ("Rolled back from v2 to v1", "it drifted", True)


def test_every_event_of_a_retirement_is_a_step(steps: list[TimelineStep]) -> None:
    titles = [one.title for one in steps if one.kind in {"retiring", "notice", "sunset", "retired", "archived"}]

    assert titles[0] == "Retirement opened"
    assert "Notice given: gates, crew, shadow-it" in titles
    assert "Silence accepted: crew" in titles
    assert titles[-2:] == ["Withdrawn from serving", "Archived"]


def steps_from(facts: ModelSnapshot, kind: str, subject: str, data: dict[str, object]) -> list[TimelineStep]:
    entry = LogEntry(
        seq=1, id="id", type=kind, subject=subject, actor="nobody", auth="ssh", run=None, data=data, rows=(),
        recorded_at="2013-04-01T00:00:00.000000Z", effective_at="2013-04-01T00:00:00.000000Z",
    )  # fmt: skip
    return steps_of(replace(facts, events=[entry]))


@pytest.mark.parametrize("kind", WRITERS)
def test_an_event_without_its_row_is_skipped(kind: str, facts: ModelSnapshot) -> None:
    assert all(one.who == "nobody" and one.proof == "signature" for one in steps_from(facts, kind, "gone", {}))


def test_a_refusal_shows_the_command_and_the_reason(facts: ModelSnapshot) -> None:
    (step,) = steps_from(facts, "command.refused", "gone", {"attempted": "decide", "reason": "the code is wrong"})

    assert (step.kind, step.title, step.detail) == ("refused", "Refused: decide", "the code is wrong")


def test_the_timeline_has_a_row_for_each_version_and_for_what_was_raised(
    facts: ModelSnapshot, steps: list[TimelineStep]
) -> None:
    timeline = timeline_of(facts, steps)

    assert [one.name for one in timeline.tracks] == ["v1", "v2", "Alerts", "Incidents", "Waivers"]
    first, second = timeline.tracks[:2]
    assert [bar.tooltip.split(",")[0] for bar in first.bars] == ["production"] * 2
    assert "rolled_back" in [one.kind for one in second.marks]
    assert "rolled_back" not in [one.kind for one in first.marks]
    assert first.lifespan is not None
    assert first.lifespan[1] is not None


def test_the_timeline_describes_what_serves_at_the_end(facts: ModelSnapshot, steps: list[TimelineStep]) -> None:
    assert "no version serves at the end" in timeline_of(facts, steps).text


def test_a_model_without_versions_has_a_timeline(facts: ModelSnapshot) -> None:
    timeline = timeline_of(replace(facts, tables={}), [])

    assert timeline.tracks == ()
    assert timeline.first == facts.model.registered_at
