"""Metrics are found in the evidence, and only a finite value counts."""

from __future__ import annotations

from typing import Any

import pytest

from gates.measured import metric_of, value_of, without_value
from tests.gates import rows

CASES: dict[str, tuple[dict[str, Any], float | None]] = {
    "a finite value counts": ({}, 0.704),
    "a missing value is None": ({"value": None}, None),
    "a NaN is None": ({"value": rows.NAN}, None),
    "infinity is None": ({"value": float("inf")}, None),
    "a value of a metric that cannot say is None": ({"cannot_say": "too few rows"}, None),
}


@pytest.mark.parametrize("case", CASES)
def test_only_a_finite_value_of_a_metric_counts(case: str) -> None:
    changes, value = CASES[case]
    assert value_of(rows.metric(**changes)) == value


def test_the_verdict_without_a_value_names_metric_dataset_slice_and_reason() -> None:
    assert value_of(None) is None
    assert "brier on held-out for origin=EWR" in without_value(None, "brier", "held-out", "origin=EWR").missing
    assert "(too few rows)" in without_value(rows.metric(cannot_say="too few rows"), "auc", "held-out").missing


def test_a_metric_is_found_by_name_dataset_and_slice() -> None:
    whole = rows.evidence()
    assert metric_of(whole, "auc", "held-out") == rows.metric()
    found = metric_of(whole, "auc", "held-out", "origin=LGA")
    assert found is not None
    assert found.value == 0.664
    assert metric_of(whole, "auc", "scoring") is None
