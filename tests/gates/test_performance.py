"""Performance: the less favourable end of the interval is compared with the planned threshold."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows
from tests.gates.rows import metric, plan, planned

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "an interval wholly above the threshold passes": ({}, {}, "passed"),
    "an interval that begins on the threshold passes": ({"low": 0.65}, {}, "passed"),
    "an interval around the threshold is unproven": ({"low": 0.64}, {}, "unproven"),
    "an interval that ends on the threshold is unproven": ({"low": 0.6, "high": 0.65}, {}, "unproven"),
    "an interval wholly below the threshold fails": ({"low": 0.6, "high": 0.649}, {}, "failed"),
    "a value without an interval is unproven": ({"low": None, "high": None}, {}, "unproven"),
    "a NaN for a bound is unproven": ({"low": rows.NAN, "high": 0.6}, {}, "unproven"),
    "a NaN for a value is unproven": ({"value": rows.NAN}, {}, "unproven"),
    "a metric that cannot say is unproven": ({"cannot_say": "one class"}, {}, "unproven"),
    "the minimum number of rows passes": ({"rows": 100}, {}, "passed"),
    "an interval without an upper end is unproven": ({"high": None}, {}, "unproven"),
    "too few rows are unproven": ({"rows": 99}, {}, "unproven"),
    "with bound value the interval is not used": (
        {"low": None, "high": None},
        {"bound": "value"},
        "passed",
    ),
    "with bound value a value below the threshold fails": ({"value": 0.6}, {"bound": "value"}, "failed"),
    "a metric produced by a contributor fails if an independent producer is required": (
        {"produced_by": "people/dana"},
        {"independent_producer": True},
        "failed",
    ),
    "a metric produced by another person passes if an independent producer is required": (
        {},
        {"independent_producer": True},
        "passed",
    ),
    "a metric produced by a contributor passes otherwise": ({"produced_by": "dana"}, {}, "passed"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_a_planned_metric(case: str) -> None:
    changes, parameters, outcome = CASES[case]
    evidence = rows.evidence(metrics=(metric(**changes),))
    found = rows.judged("performance", evidence, minimum_rows=100, **parameters)
    assert rows.outcomes(found) == {"auc on held-out": outcome}


def test_the_upper_end_is_compared_if_the_metric_must_be_at_most_the_threshold() -> None:
    plans = (plan(planned(metric="brier", at_least=False, threshold=0.2)),)
    for high, outcome in ((0.19, "passed"), (0.21, "unproven")):
        brier = metric("brier", value=0.18, low=0.17, high=high)
        (only,) = rows.judged("performance", rows.evidence(metrics=(brier,), test_plans=plans))
        assert (only.verdict.outcome, only.measured, only.limit) == (outcome, high, 0.2)


def test_a_planned_slice_is_judged_by_the_metric_of_that_slice() -> None:
    plans = (plan(planned(slice="origin=LGA"), planned("jfk", slice="origin=JFK")),)
    found = rows.judged("performance", rows.evidence(test_plans=plans))
    assert rows.outcomes(found) == {
        "auc on held-out for origin=LGA": "passed",
        "auc on held-out for origin=JFK": "unproven",
    }


@pytest.mark.parametrize("plans", [(), (plan(planned(dataset="training")),), (plan(planned(metric="auc_gap")),)])
def test_a_plan_without_a_metric_on_held_out_data_is_unproven(plans: Any) -> None:
    assert rows.outcomes(rows.judged("performance", rows.evidence(test_plans=plans))) == {"planned metrics": "unproven"}
