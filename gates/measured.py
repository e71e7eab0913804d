"""Not a gate: look up a recomputed metric in the evidence, and its value if it has one."""

from __future__ import annotations

import math
from collections.abc import Mapping

from data.records.evidence import Evidence
from data.records.measurement import CannotSay
from data.records.verdict import Unproven
from data.records.version import Metric

SUBMIT: Mapping[str, str] = {
    CannotSay.EMPTY_WINDOW: "{dataset} rows",
    CannotSay.TOO_FEW_ROWS: "more {dataset} rows",
    CannotSay.TOO_FEW_DAYS: "{dataset} rows of more days",
    CannotSay.NO_LABELS_YET: "the labels of the {dataset} rows",
    CannotSay.LOW_COVERAGE: "more labels of the {dataset} rows",
    CannotSay.ONE_CLASS: "{dataset} rows with both labels, 0 and 1",
}
"""What to submit when a metric has no value, by the reason."""


def metric_of(evidence: Evidence, name: str, dataset: str, slice_name: str = "") -> Metric | None:
    """Return the metric of this name on a dataset and slice (empty: all rows), or None."""
    key = (name, dataset, slice_name)
    return next((one for one in evidence.metrics if (one.name, one.dataset, one.slice) == key), None)


def value_of(metric: Metric | None) -> float | None:
    """Return the value of a metric; None if it is missing, not finite, or the measurement cannot say."""
    if metric is None or metric.cannot_say is not None or metric.value is None:
        return None
    return metric.value if math.isfinite(metric.value) else None


def without_value(metric: Metric | None, name: str, dataset: str, slice_name: str = "") -> Unproven:
    """Return the verdict on a metric without a value, with the reason if the measurement gives one."""
    of = f"{name} on {dataset}" + (f" for {slice_name}" if slice_name else "")
    why = metric.cannot_say if metric is not None else None
    if metric is None and slice_name:
        remedy = f"submit {dataset} rows of {slice_name}, or correct the slice in tests.yaml"
        return Unproven(missing=f"a value of {of}: no {dataset} row has it", remedy=remedy)
    remedy = SUBMIT.get(why or "", "predictions from which {of} can be computed").format(of=of, dataset=dataset)
    return Unproven(missing=f"a value of {of}" + (f" ({why})" if why else ""), remedy=f"submit {remedy}")
