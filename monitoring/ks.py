"""Kolmogorov–Smirnov distance of a numeric column: the largest gap between its two distribution functions.

Taken at about 2,000 edges instead of at every value, hence never above the exact distance; `overshoot` bounds how far
below it can be. Sources: Kolmogorov (1933), Smirnov (1948); interval by Dvoretzky, Kiefer, Wolfowitz with the constant
of Massart (1990), Annals of Probability 18, 1269–1283.
"""

from __future__ import annotations

import math

import numpy as np

from data.records.measurement import Measurement
from monitoring.arrays import FloatArray, IntArray
from monitoring.column_drift import start
from monitoring.distributions import CONFIDENCE, kolmogorov_tail
from monitoring.profile import Profile

STATISTIC = "ks"


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """The distance between 0 and 1, with an interval that also covers the error of the binning.

    The p-value tests "both samples are of one distribution" and is conservative where values repeat. ±∞ count as
    values, nulls and NaN do not.

    Raises:
        StatisticsError: different edges, no such column, or a categorical one.
    """
    cells = reference.numeric(column).ordered, current.numeric(column).ordered
    begun = start(STATISTIC, reference, current, column)
    if begun.cannot_say:
        return begun
    value = distance(*cells)
    margin = sum(math.sqrt(math.log(4.0 / (1.0 - CONFIDENCE)) / (2.0 * cell.sum())) for cell in cells)
    return begun.model_copy(
        update={
            "value": value,
            "low": max(0.0, value - margin),
            "high": min(1.0, value + overshoot(*cells) + margin),
            "p_value": kolmogorov_tail(value, begun.rows, begun.reference_rows),
        }
    )


def distance(reference: IntArray, current: IntArray) -> float:
    """The distance from cells.

    >>> distance(np.array([1, 1, 2]), np.array([0, 1, 3]))
    0.25
    """
    return float(np.abs(_cumulated(reference) - _cumulated(current)).max())


def overshoot(reference: IntArray, current: IntArray) -> float:
    """How far above `distance` the exact distance of the same values can be at most.

    Inside a cell one distribution may have risen already and the other not yet.
    """
    old, new = _cumulated(reference), _cumulated(current)
    before_old, before_new = np.append(0.0, old[:-1]), np.append(0.0, new[:-1])
    return float(max((new - before_old).max(), (old - before_new).max())) - distance(reference, current)


def _cumulated(cells: IntArray) -> FloatArray:
    """The distribution function at the upper edge of each cell."""
    shares: FloatArray = np.cumsum(cells) / cells.sum()
    return shares
