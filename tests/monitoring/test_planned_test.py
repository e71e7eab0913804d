"""The figure of a planned test is computed from the recomputed metrics."""

from __future__ import annotations

import pytest

from data.records.measurement import Measurement
from data.records.model import PlannedTest
from monitoring.planned_test import Figure, run_planned


def measured(**values: float | None) -> dict[tuple[str, str, str], Measurement]:
    """`training`, `held_out`, or `origin_JFK` for a slice of the held-out rows."""
    table = {}
    for name, value in values.items():
        measurement = Measurement(statistic="auc", column="score", value=value, low=0.1, high=0.9)
        dataset = "training" if name == "training" else "held-out"
        part = name.replace("_", "=") if name.startswith("origin") else ""
        table["auc", dataset, part] = measurement
    return table


CASES = {
    "a metric is taken unchanged, with its interval": ("auc", "", measured(held_out=0.7), Figure(0.7, 0.1, 0.9)),
    "a metric of one slice is found by column=value": (
        "auc",
        "origin=JFK",
        measured(origin_JFK=0.6, held_out=0.7),
        Figure(0.6, 0.1, 0.9),
    ),
    "a metric that was not measured has no figure": ("auc", "", {}, None),
    "a metric that cannot say has no value": ("auc", "", measured(held_out=None), Figure(None, 0.1, 0.9)),
    "the gap is training minus held-out": ("auc_gap", "", measured(training=0.75, held_out=0.5), Figure(0.25)),
    "a gap without training rows has no figure": ("auc_gap", "", measured(held_out=0.5), None),
    "a gap without held-out rows has no figure": ("auc_gap", "", measured(training=0.5), None),
    "a gap with training rows that cannot say has no figure": (
        "auc_gap",
        "",
        measured(training=None, held_out=0.5),
        None,
    ),
    "a gap with held-out rows that cannot say has no figure": (
        "auc_gap",
        "",
        measured(training=0.5, held_out=None),
        None,
    ),
    "the spread is largest minus smallest slice": (
        "auc_spread",
        "origin",
        measured(origin_JFK=0.5, origin_LGA=0.75, held_out=0.1),
        Figure(0.25),
    ),
    "one slice has no spread": ("auc_spread", "origin", measured(origin_JFK=0.5), None),
    "a slice that cannot say is not used": (
        "auc_spread",
        "origin",
        measured(origin_JFK=0.5, origin_LGA=None),
        None,
    ),
}


@pytest.mark.parametrize(("metric", "part", "table", "expected"), CASES.values(), ids=CASES.keys())
def test_the_figure_of_a_planned_test(
    metric: str, part: str, table: dict[tuple[str, str, str], Measurement], expected: Figure | None
) -> None:
    test = PlannedTest(
        name="t", kind="out-of-time", metric=metric, dataset="held-out", slice=part, threshold=0.1, rationale="r"
    )

    assert run_planned(test, table) == expected
