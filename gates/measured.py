"""Looking up a recomputed metric and its value, if it has one."""

from __future__ import annotations

import math

from data.records.evidence import Evidence
from data.records.verdict import Unproven
from data.records.version import Metric


def metric_of(evidence: Evidence, name: str, dataset: str, segment: str = "") -> Metric | None:
    """The metric of this name on a dataset and slice (empty: all rows), or None."""
    key = (name, dataset, segment)
    return next((one for one in evidence.metrics if (one.name, one.dataset, one.slice) == key), None)


def value_of(metric: Metric | None) -> float | None:
    """The metric's value when it is a finite number and carries no reason why it cannot be given; else None."""
    if metric is None or metric.cannot_say is not None or metric.value is None:
        return None
    return metric.value if math.isfinite(metric.value) else None


def without_value(metric: Metric | None, name: str, dataset: str, segment: str = "") -> Unproven:
    """The verdict on a metric without a value, with the reason where there is one."""
    of = f"{name} on {dataset}" + (f" for {segment}" if segment else "")
    why = f" ({metric.cannot_say})" if metric is not None and metric.cannot_say else ""
    return Unproven(missing=f"a value of {of}{why}", remedy=f"submit predictions from which {of} can be computed")
