"""Stability: the spread of a metric over slices, and the share of rows in the slices judged."""

from __future__ import annotations

from typing import Any

import pytest

from gates.stability import column_of
from tests.gates import rows
from tests.gates.rows import metric

SPREAD, ENOUGH = "spread of auc by origin", "rows in the judged slices by origin"
Slices = dict[str, tuple[float, int]]
CASES: dict[str, tuple[Slices, dict[str, str]]] = {
    "a small spread passes": ({"EWR": (0.72, 6_000), "LGA": (0.66, 6_000)}, {SPREAD: "passed", ENOUGH: "passed"}),
    "a large spread fails": ({"EWR": (0.76, 6_000), "LGA": (0.6, 6_000)}, {SPREAD: "failed", ENOUGH: "passed"}),
    "a slice with few rows is not judged": (
        {"EWR": (0.72, 6_000), "LGA": (0.66, 6_000), "JFK": (0.1, 400)},
        {SPREAD: "passed", ENOUGH: "passed"},
    ),
    "too many rows in small slices are unproven": (
        {"EWR": (0.72, 1_000), "LGA": (0.66, 1_000), "JFK": (0.7, 400)},
        {SPREAD: "passed", ENOUGH: "unproven"},
    ),
    "a single slice is unproven": ({"EWR": (0.72, 6_000)}, {SPREAD: "unproven"}),
    "slices all too small are unproven": ({"EWR": (0.72, 60), "LGA": (0.66, 60)}, {SPREAD: "unproven"}),
    "a NaN does not count as a slice": ({"EWR": (0.72, 6_000), "LGA": (rows.NAN, 6_000)}, {SPREAD: "unproven"}),
}


def judged(slices: Slices, **parameters: Any) -> dict[str, str]:
    metrics = tuple(metric(segment=f"origin={name}", value=v, rows=n) for name, (v, n) in slices.items())
    return rows.outcomes(rows.judged("stability", rows.evidence(metrics=metrics), limit=0.15, **parameters))


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_the_spread_and_the_rows(case: str) -> None:
    slices, expected = CASES[case]
    assert judged(slices) == expected


def test_a_metric_without_slices_is_unproven() -> None:
    assert rows.outcomes(rows.judged("stability", rows.evidence(metrics=(metric(),)), limit=0.15)) == {
        "spread of auc": "unproven"
    }


def test_each_slicing_column_is_judged_separately() -> None:
    found = [metric(segment=f"{c}={n}", value=v) for c, v in (("origin", 0.7), ("carrier", 0.5)) for n in "AB"]
    outcome = rows.outcomes(rows.judged("stability", rows.evidence(metrics=tuple(found)), limit=0.05))
    assert outcome["spread of auc by carrier"] == outcome[SPREAD] == "passed"
    assert column_of("origin=A=B") == "origin"


def test_the_reason_names_the_lowest_and_highest_slice() -> None:
    failed = rows.evidence(
        metrics=tuple(metric(segment=f"origin={n}", value=v) for n, v in (("EWR", 0.8), ("LGA", 0.5)))
    )
    text = rows.words(rows.judged("stability", failed, limit=0.15)[0])
    assert "0.500 for origin=LGA to 0.800 for origin=EWR" in text
