"""Compute the figure of a planned test from the metrics that were recomputed from predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.records.measurement import Measurement
from data.records.model import PlannedTest

GAP = "_gap"
SPREAD = "_spread"
Table = Mapping[tuple[str, str, str], Measurement]


@dataclass(frozen=True)
class Figure:
    """The value of a planned test, with its 95 % interval if one is known."""

    value: float | None
    low: float | None = None
    high: float | None = None


def run_planned(test: PlannedTest, measured: Table) -> Figure | None:
    """Return the figure of a test from measurements with the key (metric, dataset, slice); None if not measured.

    A metric ending in `_gap` is training minus held-out. One ending in `_spread`, with `slice: column`, is the largest
    minus the smallest value over the slices of that column. Any other metric is taken unchanged; its slice is written
    `column=value`. Source: SR 11-7 §IV.1 (testing across segments and out of sample).
    """
    if test.metric.endswith(GAP):
        return _difference(test.metric.removesuffix(GAP), measured)
    if test.metric.endswith(SPREAD):
        return _spread(test, measured)
    found = measured.get((test.metric, test.dataset, test.slice))
    return None if found is None else Figure(found.value, found.low, found.high)


def _difference(metric: str, measured: Table) -> Figure | None:
    training, held_out = measured.get((metric, "training", "")), measured.get((metric, "held-out", ""))
    if training is None or held_out is None or training.value is None or held_out.value is None:
        return None
    return Figure(training.value - held_out.value)


def _spread(test: PlannedTest, measured: Table) -> Figure | None:
    metric = test.metric.removesuffix(SPREAD)
    values = [
        one.value
        for (name, dataset, part), one in measured.items()
        if name == metric and dataset == test.dataset and part.startswith(f"{test.slice}=") and one.value is not None
    ]
    return Figure(max(values) - min(values)) if len(values) > 1 else None
