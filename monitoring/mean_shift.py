"""Measure the shift of the mean of a numeric column, in standard deviations of the reference.

Sources: Glass's Δ, Hedges and Olkin (1985), "Statistical Methods for Meta-Analysis", ch. 5, with its large-sample
standard error; test by Welch (1947), Biometrika 34, 28–35.
"""

from __future__ import annotations

import math

from data.records.measurement import CannotSay, Measurement
from monitoring.column_drift import prepare_measurement
from monitoring.distributions import CONFIDENCE, normal_quantile, t_two_sided
from monitoring.profile import Profile

STATISTIC = "mean_shift"


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """Return (current mean − reference mean) ÷ standard deviation of the reference, over finite values.

    The p-value tests "the means are equal". Above 0, the current mean is higher.

    Raises:
        StatisticsError: the profiles have different edges, or the column is missing or categorical.
    """
    old, new = reference.numeric(column), current.numeric(column)
    measurement = prepare_measurement(STATISTIC, reference, current, column)
    n, m = new.finite, old.finite
    measurement = measurement.model_copy(update={"rows": n, "reference_rows": m})
    reason = measurement.cannot_say or (CannotSay.TOO_FEW_ROWS if min(n, m) < 2 else None)
    if reason is None and old.variance == 0.0:
        reason = CannotSay.CONSTANT_COLUMN
    if reason is not None:
        return measurement.model_copy(update={"cannot_say": reason})
    own, theirs = new.variance / n, old.variance / m
    moved, deviation = new.mean - old.mean, math.sqrt(old.variance)
    value = moved / deviation
    error = math.sqrt((own + theirs) / old.variance + value * value / (2.0 * m))
    freedom = (own + theirs) ** 2 / (own**2 / (n - 1) + theirs**2 / (m - 1))
    half = normal_quantile(0.5 + CONFIDENCE / 2.0) * error
    return measurement.model_copy(
        update={
            "value": value,
            "low": value - half,
            "high": value + half,
            "p_value": t_two_sided(moved / math.sqrt(own + theirs), freedom),
        }
    )
