"""A night reads a bounded number of earlier windows, enough for persistence, in one snapshot."""

from __future__ import annotations

from datetime import datetime, timedelta

from data.queries.monitored_models import MonitoredModel, monitored_models
from data.records.model import MonitoringPlan
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.model import RecordMonitoringPlan
from data.registry.commands.monitoring import RecordMonitoring
from data.registry.registry import Registry
from tests.monitored_model import ServingModel
from tests.operations import deploy, suspend
from tests.prediction_logs import DAY, days, midnight
from tests.transactions import READING, STATEMENTS, counted_transactions
from tests.world import FOUNDED_AT, MODEL

NIGHTS = 120


def known(through: int) -> MonitoredModel:
    (found,) = monitored_models(Registry.here(), None, DAY + days(through))
    assert found.monitored is not None
    return found.monitored


def record_nights(monitored: ServingModel) -> None:
    plan = monitored.world.find(MonitoringPlan, model=MODEL)[-1].key
    nights = [
        RecordMonitoring(
            model=MODEL, plan=plan, from_date=f"{DAY + days(night - 6)}", to_date=f"{DAY + days(night)}",
            versions=(monitored.version,), rows=1, labelled=0, partitions=(), counts={},
            measurements_digest=f"sha256:{night:064x}", outcomes={"psi:distance": "quiet"},
        )
        for night in range(NIGHTS)
    ]  # fmt: skip
    monitored.world.registry.execute_together(nights, RunContext(Actor(id="modelward"), monitored.world.now))


def test_only_the_windows_that_persistence_needs_are_read(monitored: ServingModel) -> None:
    record_nights(monitored)
    plan = known(NIGHTS).plan
    assert (plan.window_days, plan.persistence) == (7, (2, 3))
    windows = known(NIGHTS).windows
    assert len(windows) == 28, "two windows before tonight's, twice as far back as they reach"
    assert windows[-1].last == DAY + days(NIGHTS - 7), "the newest that shares no day with tonight's"
    assert [one.last for one in known(20).windows][-1] == DAY + days(13), "of an earlier night, what was before it"
    assert known(6).windows == ()


def test_the_number_of_queries_does_not_depend_on_the_history(monitored: ServingModel) -> None:
    with counted_transactions() as before:
        known(NIGHTS)
    record_nights(monitored)
    with counted_transactions() as after:
        known(NIGHTS)
    assert before[READING] == after[READING] == 1
    assert before[STATEMENTS] == after[STATEMENTS]


def test_a_model_named_twice_is_read_once_and_one_without_a_plan_has_none(monitored: ServingModel) -> None:
    found = monitored_models(Registry.here(), [MODEL, "ops/delay", "delay"], DAY)
    assert [(one.key, one.monitored is not None) for one in found] == [(MODEL, True)]


def as_of(through: int) -> tuple[int | None, int]:
    """Return the numbers of the version and of the plan by which a window is judged."""
    watched = known(through)
    return (watched.champion.number if watched.champion else None), watched.plan.number


def test_a_window_has_the_plan_and_the_champion_at_its_end(monitored: ServingModel) -> None:
    world, first = monitored.world, known(0).plan.number
    founded = (FOUNDED_AT.date() - DAY).days
    second = world.version(reference_digest=world.get(Version, monitored.version).reference_digest)

    def at(day: int, hour: int) -> datetime:
        world.now = midnight(DAY + days(day)) + timedelta(hours=hour)
        return world.now

    rule = {"statistic": "psi", "column": "distance", "margin": 9.0}
    at(3, 12)
    world.do(RecordMonitoringPlan(model=MODEL, rules=(rule,), rationale="wider"))
    request = world.approved(world.validated(second))
    at(6, 1)
    deploy(world, request, run_id="op-2")
    at(9, 23)
    suspend(world)

    found = {day: as_of(day) for day in (founded - 5, founded, 2, 3, 5, 6, 8, 9, 20)}
    assert found == {
        founded - 5: (1, first),
        founded: (1, first),
        2: (1, first),
        3: (1, first + 1),
        5: (1, first + 1),
        6: (2, first + 1),
        8: (2, first + 1),
        9: (None, first + 1),
        20: (None, first + 1),
    }
