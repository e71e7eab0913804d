"""Compute the sum and the sum of squares of a column as whole numbers, so that adding is exact in any order.

Floating-point sums depend on the order of the rows. Here every value is first rounded to whole units of 2**unit, and
whole numbers are added. The result does not depend on the division of the rows into files, blocks or threads, and
merging profiles is associative and commutative to the last bit.

Not the value is added but its distance from the median of the reference (`centre`), so that a small spread around a
large mean is not lost. The unit is 2⁻³⁴ of the largest distance in the reference (rounded up to a power of two): a
value is rounded by at most 3e-11 of that distance, and whole numbers with a range below 2³⁴ are not rounded. A value
far outside the range of the reference is rounded to a coarser unit, 2⁸, 2¹⁶, … times the unit, which depends only on
the value; each value keeps at least 28 bits.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from monitoring.arrays import FloatArray

_BITS = 34
_LIMIT = 36  # 2¹⁶ values of at most 2³⁶ units add up to 2⁵², which a double holds exactly
_STEP = 8
_LEAST_UNIT = -480
_LARGEST_EXPONENT = 1_020
BLOCK = 65_536


class Moments(NamedTuple):
    """The sums over `count` finite values.

    `total`: Σ (v − centre) in units of 2**unit; `squares`: Σ (v − centre)² in units of 2**(2·unit + 34); `low` and
    `high`: the smallest and the largest value.
    """

    total: int
    squares: int
    low: float
    high: float

    def plus(self, other: Moments) -> Moments:
        """Return the sums over both sets of values."""
        return Moments(
            self.total + other.total,
            self.squares + other.squares,
            min(self.low, other.low),
            max(self.high, other.high),
        )

    def mean(self, count: int, centre: float, unit: int) -> float:
        """Return the mean of the `count` ≥ 1 values."""
        return centre + scaled(self.total, unit) / count

    def variance(self, count: int, unit: int) -> float:
        """Return the sample variance of the `count` ≥ 2 values, at least 0."""
        spread = (self.squares << _BITS) * count - self.total * self.total
        return max(0.0, scaled(spread, 2 * unit) / (count * (count - 1)))


NO_MOMENTS = Moments(0, 0, math.inf, -math.inf)


def unit_for(largest: float) -> int:
    """Return the exponent of the unit for a column whose largest distance from its centre is `largest`.

    >>> unit_for(1000.0)
    -24
    """
    return max(_LEAST_UNIT, math.frexp(largest)[1] - _BITS)


def scaled(total: int, exponent: int) -> float:
    """Return the whole number times 2**exponent, rounded once.

    >>> scaled(3, -1)
    1.5
    """
    return float(total << exponent) if exponent >= 0 else total / (1 << -exponent)


def block_moments(ordered: FloatArray, centre: float, unit: int) -> Moments:
    """Return the moments of at most 65,536 finite values in rising order."""
    if not len(ordered):
        return NO_MOMENTS
    low, high = float(ordered[0]), float(ordered[-1])
    furthest = max(centre - low, high - centre)
    distances = ordered - centre
    total = whole_sum(distances, unit, furthest)
    squares = whole_sum(np.square(distances, out=distances), 2 * unit + _BITS, furthest * furthest)
    return Moments(total, squares, low, high)


def whole_sum(values: FloatArray, unit: int, largest: float) -> int:
    """Return the exact Σ round(v ÷ 2**unit) of at most 65,536 values whose magnitude is at most `largest`."""
    if largest < _limit(unit, 0):
        units = values * math.ldexp(1.0, -unit)
        return int(np.rint(units, out=units).sum())
    return _sum_by_magnitude(values, unit)


def _sum_by_magnitude(values: FloatArray, unit: int) -> int:
    """Return the same sum if some values need coarser units, which depend on the magnitude of each value."""
    total, magnitude = 0, np.abs(values)
    while len(values):
        level = _level(float(magnitude.min()), unit)
        fine = magnitude < _limit(unit, level)
        units = values[fine] * math.ldexp(1.0, -(unit + _STEP * level))
        total += int(np.rint(units).sum()) << (_STEP * level)
        values, magnitude = values[~fine], magnitude[~fine]
    return total


def _level(magnitude: float, unit: int) -> int:
    """Return the lowest level whose limit is above a magnitude."""
    if magnitude < _limit(unit, 0):
        return 0
    return -((_LIMIT + unit - math.frexp(magnitude)[1]) // _STEP)


def _limit(unit: int, level: int) -> float:
    """Return the magnitude below which values are rounded to units of 2**(unit + 8·level)."""
    return math.ldexp(1.0, min(_LARGEST_EXPONENT, _LIMIT + unit + _STEP * level))
