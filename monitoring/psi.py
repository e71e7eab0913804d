"""Population stability index above what chance alone gives, of a column of either kind.

The bare index with the customary limits 0.1 and 0.25 raises false alarms on small samples and misses drift on large
ones: under no drift it is distributed as (1/n + 1/m)·χ²(B − 1). So its mean (1/n + 1/m)(B − 1) is taken off, its
p-value is that of this law, and its interval that of the non-central one. Sources: Yurdakul (2018), "Statistical
properties of population stability index"; Potgieter et al., arXiv 2307.11878.
"""

from __future__ import annotations

import numpy as np

from data.records.measurement import CannotSay, Measurement
from monitoring.arrays import FloatArray
from monitoring.column_drift import start
from monitoring.distributions import chi_square_tail, noncentrality_interval
from monitoring.edges import NumericEdges
from monitoring.merged_bins import category_bins, numeric_bins
from monitoring.profile import Profile

STATISTIC = "psi"


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """The index over at most 20 bins of the reference, minus its mean under no drift, at least 0.

    The p-value tests "both samples are of one distribution". Nulls and NaN do not count (see `null_rate`); new
    categories are spread over the bins of the rare ones (see `new_categories`). Cannot say when so few rows are
    compared that no two bins are wide enough.

    Raises:
        StatisticsError: different edges, or no such column.
    """
    begun = start(STATISTIC, reference, current, column)
    if begun.cannot_say:
        return begun
    old, new = _bins(reference, current, column)
    if len(old) < 2:
        return begun.model_copy(update={"cannot_say": CannotSay.TOO_FEW_ROWS})
    unit, freedom = 1.0 / begun.rows + 1.0 / begun.reference_rows, len(old) - 1
    raw = index(old, new)
    low, high = noncentrality_interval(raw / unit, freedom)
    return begun.model_copy(
        update={
            "value": max(0.0, raw - unit * freedom),
            "low": unit * low,
            "high": unit * high,
            "p_value": chi_square_tail(raw / unit, freedom),
        }
    )


def index(reference: FloatArray, current: FloatArray) -> float:
    """Σ (q − p)·ln(q ÷ p) over bins, half a row added to each bin so that an empty one stays finite.

    >>> round(index(np.array([50.0, 50.0]), np.array([70.0, 30.0])), 4)
    0.1659
    """
    p, q = ((counts + 0.5) / (counts.sum() + 0.5 * len(counts)) for counts in (reference, current))
    return float(np.sum((q - p) * np.log(q / p)))


def _bins(reference: Profile, current: Profile, column: str) -> tuple[FloatArray, FloatArray]:
    """Rows by merged bin on both sides."""
    old, new, edges = reference.column(column).ordered, current.column(column).ordered, current.edges.column(column)
    return numeric_bins(old, new) if isinstance(edges, NumericEdges) else category_bins(edges.values, old, new)
