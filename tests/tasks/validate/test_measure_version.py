"""Metrics are recomputed from the submitted predictions, and the planned tests run on them."""

from __future__ import annotations

import json

import pytest

from data.errors import NotFoundError
from data.records.model import PlannedTest
from data.records.run_context import RunContext
from data.records.version import Metric, TestResult
from data.registry.commands.model import RecordTestPlan
from data.registry.evidence import collect_evidence
from tasks.validate.measure_version import collect_version, measure_version, measured_evidence
from tests.judged_model import DEV, V1
from tests.world import MODEL, World


def planned(name: str, **changes: object) -> PlannedTest:
    values = {"kind": "slices", "metric": "auc", "dataset": "held-out", "threshold": 0.6, "rationale": "weeks before"}
    return PlannedTest.model_validate({"name": name, **values, **changes})


def measured(world: World) -> list[Metric]:
    count = measure_version.fn(collect_version.fn(V1, "production"), RunContext(DEV, world.now, "run-v"))
    found = world.find(Metric, version=V1)
    assert len(found) == count
    return found


def test_every_metric_of_both_datasets_has_an_interval(judged: World) -> None:
    found = {(one.name, one.dataset): one for one in measured(judged)}
    names = ("auc", "brier", "log_loss", "calibration")
    assert set(found) == {(name, role) for name in names for role in ("training", "held-out")}
    auc = found["auc", "held-out"]
    assert 0.7 < (auc.low or 0) < (auc.value or 0) < (auc.high or 0) < 0.9
    assert (auc.rows, auc.days, auc.produced_by, auc.measured_at) == (600, 25, "modelward", judged.now)


def test_the_measurements_are_stored_by_digest(judged: World) -> None:
    (digest,) = {one.evidence_digest for one in measured(judged)}
    evidence = json.loads(judged.artifacts.read(digest))
    assert {(one["statistic"], one["dataset"]) for one in evidence} >= {("auc", "training"), ("brier", "held-out")}


def test_slices_are_measured_when_a_test_asks_for_them(judged: World) -> None:
    tests = (
        planned("ua", slice="carrier=UA"),
        planned("spread", metric="auc_spread", slice="carrier", at_least=False),
        planned("gap", metric="auc_gap", at_least=False),
        planned("nobody", slice="carrier=ZZ"),
    )
    judged.do(RecordTestPlan(model=MODEL, tests=tests))
    found = measured(judged)
    assert {one.slice for one in found} == {"", "carrier=AA", "carrier=B6", "carrier=UA"}
    results = {one.name: one for one in judged.find(TestResult, version=V1)}
    assert set(results) == {"ua", "spread", "gap"}, "what was not measured has no result"
    aucs = [one.value for one in found if (one.name, one.dataset) == ("auc", "held-out") and one.slice]
    known = [one for one in aucs if one is not None]
    assert results["spread"].value == pytest.approx(max(known) - min(known))


def test_a_test_result_has_the_time_its_threshold_was_set(judged: World) -> None:
    measured(judged)
    (result,) = judged.find(TestResult, version=V1)
    assert (result.name, result.threshold, result.at_least) == ("auc-held-out", 0.6, True)
    assert result.threshold_set_at < result.run_at == judged.now


def test_the_same_predictions_give_the_same_numbers(judged: World) -> None:
    first = [(one.key, one.value, one.low, one.high) for one in measured(judged)]
    assert [(one.key, one.value, one.low, one.high) for one in measured(judged)] == first


def test_without_a_test_plan_nothing_is_measured(judged: World) -> None:
    with judged.registry.reading() as state:
        evidence = collect_evidence(state, V1).model_copy(update={"test_plans": ()})
    with pytest.raises(NotFoundError, match="no test plan is recorded") as refused:
        measured_evidence(judged.home, evidence, judged.now)
    assert refused.value.remedy == "write tests.yaml and register again"
