"""Measure the AUC of a window from the histogram of scores by label.

Source: Hanley and McNeil (1982), Radiology 143, 29–36. Scores in the same bin count as ties; `uncertainty`
bounds the resulting error.
"""

from __future__ import annotations

import numpy as np

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import auc_of_counts, auc_replicates
from monitoring.score_days import Days, complete_measurement, prepare_measurement, stack_days

STATISTIC = "auc"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """Return the AUC over the labelled rows of `days` (day → histogram) with a 95 % interval from resampled days.

    The p-value tests "the true AUC is `level`". Cannot say with fewer than 30 labels or with one class.
    """
    window = stack_days(days)
    measurement = prepare_measurement(STATISTIC, window, segment, classes=True)
    if measurement.cannot_say:
        return measurement
    by_bin = np.swapaxes(window.counts, 1, 2)
    value = float(auc_of_counts(by_bin.sum(axis=0, keepdims=True))[0])
    return complete_measurement(
        measurement, value, auc_replicates(day_weights(window.days, seed), by_bin), window.days, level, (0.0, 1.0)
    )


def uncertainty(days: Days) -> float:
    """Return the largest possible difference between the measured AUC and the exact AUC of the rows.

    This is half the share of (positive, negative) pairs whose scores are in the same bin; 0 with only one class.
    """
    negatives, positives = stack_days(days).counts.sum(axis=0)
    pairs = negatives.sum() * positives.sum()
    return float((negatives * positives).sum() / pairs / 2.0) if pairs else 0.0
