"""Tests of the flow monitor_models on a real Prefect server: each model gets a result, whatever happens to others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from data.errors import InputError, NotFoundError
from data.queries.monitored_models import MonitoringCandidate
from data.records.monitoring import MonitoringRun
from data.registry.commands.model import RecordMonitoringPlan
from flows.monitor_models import monitor_models
from tasks.monitor import monitor_chunk as chunk_task
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph
from tests.monitored_model import RULES, deploy_monitored_model
from tests.prediction_logs import DAY, days, midnight
from tests.world import MODEL, World

END = DAY + days(6)
NIGHT = midnight(END + days(1)) + timedelta(hours=3)


def plan(world: World, name: str) -> str:
    """Register another model with a monitoring plan that is not deployed."""
    key = world.model(f"models/ops/{name}")
    world.do(RecordMonitoringPlan(model=key, rules=tuple(map(dict, RULES)), rationale="the same as its neighbour's"))
    return key


def test_every_model_with_a_plan_gets_a_result_and_the_run_shows_them(world: World) -> None:
    monitored = deploy_monitored_model(world)
    idle = plan(world, "idle")
    monitored.log(DAY)
    watched = monitor_models(as_of=NIGHT)
    assert {one.model: one.state for one in watched} == {MODEL: "recorded", idle: "not watched"}
    labels = compare_graph("monitor_models", "two models")
    assert "record 2 results: 1 with faults, 1 not watched" in labels
    (run,) = world.find(MonitoringRun)
    assert (run.to_date, run.run_id != "", run.ran_at) == (END.isoformat(), True, NIGHT)
    assert "| ops/delay | recorded | 2,100 |" in newest_artifact("monitoring")
    drift = newest_artifact("drift-ops-delay")
    summary = "ops/delay v1: 2,100 rows, 100% of the expected labels known"
    assert drift.startswith(f"### ops/delay, {DAY} to {END}\n\n{summary}\n")
    assert (
        "![Distance from the reference, in margins; the mark is the severe level](data:image/svg+xml;base64," in drift
    )
    assert all(f"| {rule['statistic']}:{rule['column']} |" in drift for rule in RULES)
    events = len(world.events())
    assert monitor_models([MODEL], through=END, as_of=NIGHT + timedelta(hours=1))[0].state == "recorded"
    assert len(world.events()) == events, "the same window measured the same again is no second event"


def test_an_internal_error_fails_one_model_and_the_others_are_recorded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitored = deploy_monitored_model(world)
    broken = plan(world, "broken")
    monitored.log(DAY)
    monitor_model = chunk_task.monitor_model

    def breaking(model: MonitoringCandidate, *surroundings: Any) -> chunk_task.ModelResult:
        if model.key == broken:
            raise ZeroDivisionError("a fault of our own")
        return monitor_model(model, *surroundings)

    monkeypatch.setattr(chunk_task, "monitor_model", breaking)
    found = {one.model: one for one in monitor_models(as_of=NIGHT)}
    assert found[MODEL].state == "recorded"
    assert (found[broken].state, "a fault of our own" in found[broken].why) == ("failed", True)
    assert any("was not monitored" in path.read_text() for path in world.home.outbox.glob("*.md"))


def test_without_models_nothing_is_monitored(world: World) -> None:
    assert monitor_models(as_of=NIGHT) == []
    compare_graph("monitor_models", "no model")


REFUSED = {
    "an unknown model": ({"models": ["ops/moon"]}, NotFoundError),
    "a day that has not ended": ({"through": NIGHT.date()}, InputError),
}


@pytest.mark.parametrize("case", REFUSED)
def test_invalid_parameters_are_refused_before_monitoring(world: World, case: str) -> None:
    parameters, error = REFUSED[case]
    with pytest.raises(error):
        monitor_models(**parameters, as_of=NIGHT)  # type: ignore[arg-type]
