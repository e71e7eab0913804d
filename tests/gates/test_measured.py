"""When a metric says something."""

from __future__ import annotations

from typing import Any

import pytest

from gates.measured import metric_of, value_of, without_value
from tests.gates import rows

CASES: dict[str, tuple[dict[str, Any], float | None]] = {
    "a finite value speaks": ({}, 0.704),
    "no value is without_value": ({"value": None}, None),
    "a NaN is without_value": ({"value": rows.NAN}, None),
    "infinity is without_value": ({"value": float("inf")}, None),
    "a value that cannot be said is without_value": ({"cannot_say": "too few rows"}, None),
}


@pytest.mark.parametrize("case", CASES)
def test_value(case: str) -> None:
    changes, value = CASES[case]
    assert value_of(rows.metric(**changes)) == value


def test_a_metric_that_is_not_there_is_silent_and_says_which() -> None:
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
