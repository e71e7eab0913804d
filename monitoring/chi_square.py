"""Measure the drift of a categorical column: Pearson's χ² test against the reference, with Cramér's V as the size.

V = √(χ²/N) of the 2 × k table, minus the mean of χ² without drift. Unlike χ², V does not grow with the
rows. Sources: Pearson (1900); Cramér (1946), §21.9; bias correction after Bergsma (2013), J. Korean Statistical
Society 42, 323–328; interval by the non-central χ², Steiger (2004), Psychological Methods 9, 164–182.
"""

from __future__ import annotations

import math

import numpy as np

from data.records.measurement import CannotSay, Measurement
from monitoring.arrays import IntArray
from monitoring.column_drift import prepare_measurement
from monitoring.distributions import chi_square_tail, noncentrality_interval
from monitoring.profile import Profile

STATISTIC = "chi_square"
EXPECTED = 5.0


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """Return Cramér's V between 0 (shares as in the reference) and 1 (no common category).

    Categories with fewer than five expected rows on either side are pooled with `other` and `new`. The p-value tests
    "the shares are equal". Cannot say if fewer than two categories remain.

    Raises:
        StatisticsError: the profiles have different edges, or the column is missing or numeric.
    """
    cells = np.stack([reference.categorical(column).cells, current.categorical(column).cells])
    measurement = prepare_measurement(STATISTIC, reference, current, column)
    if measurement.cannot_say:
        return measurement
    table = pooled(cells)
    if table.shape[1] < 2:
        return measurement.model_copy(update={"cannot_say": CannotSay.TOO_FEW_ROWS})
    value, freedom, rows = statistic(table), table.shape[1] - 1, float(table.sum())
    low, high = noncentrality_interval(value, freedom)
    return measurement.model_copy(
        update={
            "value": math.sqrt(max(0.0, value - freedom) / rows),
            "low": math.sqrt(low / rows),
            "high": min(1.0, math.sqrt(high / rows)),
            "p_value": chi_square_tail(value, freedom),
        }
    )


def statistic(table: IntArray) -> float:
    """Return Pearson's χ² of a table without empty rows or columns."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(((table - expected) ** 2 / expected).sum())


def pooled(table: IntArray) -> IntArray:
    """Return the 2 × k table with one column for `other`, `new` and categories with fewer than five expected rows.

    If that column itself has fewer than five expected rows, it is added to the smallest other column.
    """
    expected = table.sum(axis=0) * (table.sum(axis=1).min() / table.sum())
    rare = expected < EXPECTED
    rare[-2:] = True
    kept, rest = table[:, ~rare], table[:, rare].sum(axis=1)
    if expected[rare].sum() >= EXPECTED:
        return np.column_stack([kept, rest])
    kept[:, kept.sum(axis=0).argmin()] += rest
    return kept
