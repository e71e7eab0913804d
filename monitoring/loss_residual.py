"""Measure concept drift as the loss residual: the actual loss minus the loss that the scores predict.

For a score p with the calibrated probability g on the reference, the expected squared error is p² − 2pg + g; the
residual of a row with label y is (y − g)(1 − 2p). Without concept drift its mean is 0, even if the inputs change. The
residual also shows labels that changed in both directions, which leave the mean calibration unchanged.

Source: the loss-residual test follows Murphy's (1973, J. Applied Meteorology 12, 595–600) decomposition of the Brier
score; days as clusters: Cameron, Gelbach, Miller (2008), REStat 90, 414–427.
"""

from __future__ import annotations

import math

import numpy as np

from data.records.measurement import CannotSay, Measurement
from monitoring.arrays import FloatArray
from monitoring.calibration_map import CalibrationMap
from monitoring.day_resampling import DAYS_FOR_INTERVAL
from monitoring.distributions import CONFIDENCE, normal_quantile, normal_two_sided, t_quantile, t_two_sided
from monitoring.score_days import Days, prepare_measurement, stack_days
from monitoring.scores import COUNT, SQUARE, SUM, SUM_UNIT

STATISTIC = "loss_residual"
_NO_SPREAD = 1e-9


def measure(days: Days, reference: CalibrationMap | None, *, segment: str = "") -> Measurement:
    """Return the mean of loss − expected loss over the labelled rows of `days` (day → histogram).

    The unit is that of the Brier score; above 0, the loss is higher than the scores predict. The standard error covers
    the random labels and the finite reference, or, from five days on and if larger, the differences between days. The
    p-value tests "the residual is 0". Cannot say with fewer than 30 labels, without a reference, or if every score is
    one half.
    """
    window = stack_days(days)
    measurement = prepare_measurement(STATISTIC, window, segment)
    if measurement.cannot_say or reference is None:
        return measurement.model_copy(update={"cannot_say": measurement.cannot_say or CannotSay.NO_REFERENCE})
    residuals, rows, variance = _residuals(days, reference)
    value, error = float(residuals.sum() / rows.sum()), math.sqrt(max(0.0, variance)) / float(rows.sum())
    if error < _NO_SPREAD:
        return measurement.model_copy(update={"cannot_say": CannotSay.CONSTANT_COLUMN})
    between = _between_days(residuals, rows)
    clustered = between > error
    error, freedom = max(error, between), len(rows) - 1
    quantile = t_quantile(0.5 + CONFIDENCE / 2, freedom) if clustered else normal_quantile(0.5 + CONFIDENCE / 2)
    z = value / error
    return measurement.model_copy(
        update={
            "value": value,
            "low": value - quantile * error,
            "high": value + quantile * error,
            "p_value": t_two_sided(z, freedom) if clustered else normal_two_sided(z),
        }
    )


def _residuals(days: Days, reference: CalibrationMap) -> tuple[FloatArray, FloatArray, float]:
    """Return Σ residual and the rows of each labelled day, and the variance of the total without concept drift."""
    labelled = np.array([days[name].by_label for name in sorted(days) if days[name].known], dtype=np.float64)
    counts, sums, squares = labelled[:, COUNT], labelled[:, SUM] * SUM_UNIT, labelled[:, SQUARE] * SUM_UNIT
    g = reference.probability
    rows, scores = counts.sum(axis=1), sums.sum(axis=1)
    residuals = counts[:, 1] - 2.0 * sums[:, 1] - g * (rows - 2.0 * scores)
    spread = (rows - 4.0 * scores + 4.0 * squares.sum(axis=1)).sum(axis=0)
    weight = np.bincount(reference.block, weights=(rows - 2.0 * scores).sum(axis=0))[reference.block]
    share = np.bincount(reference.block)[reference.block]
    chance = g * (1.0 - g)
    variance = float((chance * spread).sum() + (chance * weight**2 / reference.block_rows / share).sum())
    return residuals.sum(axis=1), rows.sum(axis=1), variance


def _between_days(residuals: FloatArray, rows: FloatArray) -> float:
    """Return the standard error of the mean residual from the differences between days; 0 with fewer than five days."""
    days = len(rows)
    if days < DAYS_FOR_INTERVAL:
        return 0.0
    off = residuals - residuals.sum() / rows.sum() * rows
    return math.sqrt(days / (days - 1.0) * float((off**2).sum())) / float(rows.sum())
