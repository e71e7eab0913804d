"""Measure the drift of a column of either kind by the population stability index, minus its mean without drift.

The plain index with the usual limits 0.1 and 0.25 gives false alarms on small samples and misses drift on large ones.
Without drift it is distributed as (1/n + 1/m)·χ²(B − 1) for n and m rows and B bins. Its mean (1/n + 1/m)(B − 1) is
therefore subtracted; the p-value is from the same distribution, the interval from the non-central one.
Sources: Yurdakul (2018), "Statistical properties of population stability index"; Potgieter et al., arXiv 2307.11878.
"""

from __future__ import annotations

import numpy as np

from data.records.measurement import CannotSay, Measurement
from monitoring.arrays import FloatArray
from monitoring.column_drift import prepare_measurement
from monitoring.distributions import chi_square_tail, noncentrality_interval
from monitoring.edges import NumericEdges
from monitoring.merged_bins import category_bins, numeric_bins
from monitoring.profile import Profile

STATISTIC = "psi"


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """Return the index over at most 20 bins minus its mean without drift, at least 0.

    The p-value tests "both samples come from one distribution". Nulls and NaN are not counted (see `null_rate`); new
    categories are spread over the bins of the rare ones (see `new_categories`). Cannot say if there are too few rows
    for two bins.

    Raises:
        StatisticsError: the profiles have different edges, or there is no such column.
    """
    measurement = prepare_measurement(STATISTIC, reference, current, column)
    if measurement.cannot_say:
        return measurement
    old, new = _bins(reference, current, column)
    if len(old) < 2:
        return measurement.model_copy(update={"cannot_say": CannotSay.TOO_FEW_ROWS})
    unit, freedom = 1.0 / measurement.rows + 1.0 / measurement.reference_rows, len(old) - 1
    raw = index(old, new)
    low, high = noncentrality_interval(raw / unit, freedom)
    return measurement.model_copy(
        update={
            "value": max(0.0, raw - unit * freedom),
            "low": unit * low,
            "high": unit * high,
            "p_value": chi_square_tail(raw / unit, freedom),
        }
    )


def index(reference: FloatArray, current: FloatArray) -> float:
    """Return Σ (q − p)·ln(q ÷ p) over bins; half a row is added to each bin so that the sum stays finite.

    >>> round(index(np.array([50.0, 50.0]), np.array([70.0, 30.0])), 4)
    0.1659
    """
    p, q = ((counts + 0.5) / (counts.sum() + 0.5 * len(counts)) for counts in (reference, current))
    return float(np.sum((q - p) * np.log(q / p)))


def _bins(reference: Profile, current: Profile, column: str) -> tuple[FloatArray, FloatArray]:
    """Return the rows by merged bin of reference and current."""
    old, new, edges = reference.column(column).ordered, current.column(column).ordered, current.edges.column(column)
    return numeric_bins(old, new) if isinstance(edges, NumericEdges) else category_bins(edges.values, old, new)
