"""Measure the drift of a numeric column by the Kolmogorov–Smirnov distance between two distribution functions.

The distance is their largest difference. It is computed at about 2,000 edges instead of at every value, so it is at
most the exact distance; `binning_error` bounds the difference from it. Sources: Kolmogorov (1933), Smirnov (1948);
interval by Dvoretzky, Kiefer, Wolfowitz with the constant of Massart (1990), Annals of Probability 18, 1269–1283.
"""

from __future__ import annotations

import math

import numpy as np

from data.records.measurement import Measurement
from monitoring.arrays import FloatArray, IntArray
from monitoring.column_drift import prepare_measurement
from monitoring.distributions import CONFIDENCE, kolmogorov_tail
from monitoring.profile import Profile

STATISTIC = "ks"


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """Return the distance between 0 and 1, with an interval that includes the binning error.

    The p-value tests "both samples come from one distribution"; it is conservative if values repeat. ±∞ count as
    values, nulls and NaN do not.

    Raises:
        StatisticsError: the profiles have different edges, or the column is missing or categorical.
    """
    cells = reference.numeric(column).ordered, current.numeric(column).ordered
    measurement = prepare_measurement(STATISTIC, reference, current, column)
    if measurement.cannot_say:
        return measurement
    value = distance(*cells)
    margin = sum(math.sqrt(math.log(4.0 / (1.0 - CONFIDENCE)) / (2.0 * cell.sum())) for cell in cells)
    return measurement.model_copy(
        update={
            "value": value,
            "low": max(0.0, value - margin),
            "high": min(1.0, value + binning_error(*cells) + margin),
            "p_value": kolmogorov_tail(value, measurement.rows, measurement.reference_rows),
        }
    )


def distance(reference: IntArray, current: IntArray) -> float:
    """Return the largest gap between the distribution functions at the upper edges of the cells.

    >>> distance(np.array([1, 1, 2]), np.array([0, 1, 3]))
    0.25
    """
    return float(np.abs(_cumulated(reference) - _cumulated(current)).max())


def binning_error(reference: IntArray, current: IntArray) -> float:
    """Return an upper bound of the exact distance minus `distance`, for any values with these counts in the cells.

    Within a cell the order of the values is unknown: all values of one sample may lie below those of the other.
    """
    old, new = _cumulated(reference), _cumulated(current)
    before_old, before_new = np.append(0.0, old[:-1]), np.append(0.0, new[:-1])
    return float(max((new - before_old).max(), (old - before_new).max())) - distance(reference, current)


def _cumulated(cells: IntArray) -> FloatArray:
    """Return the distribution function at the upper edge of each cell."""
    shares: FloatArray = np.cumsum(cells) / cells.sum()
    return shares
