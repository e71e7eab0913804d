"""Generalisation gap: the difference of a metric between training and held-out data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows
from tests.gates.rows import metric

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a gap of .054 passes": ({"value": 0.758}, {}, "passed"),
    "a gap of .107 fails": ({"value": 0.811}, {}, "failed"),
    "a gap of .19 fails": ({"value": 0.894}, {}, "failed"),
    "a version better on held-out data passes": ({"value": 0.6}, {}, "passed"),
    "a NaN on training data is unproven": ({"value": rows.NAN}, {}, "unproven"),
    "a NaN on held-out data is unproven": ({}, {"value": rows.NAN}, "unproven"),
    "a metric that cannot say on held-out data is unproven": ({}, {"cannot_say": "one class"}, "unproven"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_a_gap(case: str) -> None:
    training, held_out, outcome = CASES[case]
    metrics = (metric(data="training", **training), metric(**held_out))
    found = rows.judged("generalisation_gap", rows.evidence(metrics=metrics), limit=0.08)
    assert rows.outcomes(found) == {"gap of auc": outcome}


@pytest.mark.parametrize("data", ["training", "held-out"])
def test_a_metric_on_one_dataset_alone_is_unproven(data: str) -> None:
    found = rows.judged("generalisation_gap", rows.evidence(metrics=(metric(data=data),)), limit=0.08)
    assert rows.outcomes(found) == {"gap of auc": "unproven"}


def test_the_sign_of_the_gap_is_reversed_if_a_lower_value_is_better() -> None:
    metrics = (metric("brier", "training", value=0.1), metric("brier", value=0.15))
    defaults = {"metric": "brier", "higher_is_better": False}
    (only,) = rows.judged("generalisation_gap", rows.evidence(metrics=metrics), limit=0.02, **defaults)
    assert only.verdict.outcome == "failed"
    assert only.measured == pytest.approx(0.05)


def test_a_gap_on_the_limit_passes() -> None:
    metrics = (metric(data="training", value=0.75), metric(value=0.5))
    found = rows.judged("generalisation_gap", rows.evidence(metrics=metrics), limit=0.25)
    assert rows.outcomes(found) == {"gap of auc": "passed"}
