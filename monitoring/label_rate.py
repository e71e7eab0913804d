"""Measure the label rate of a window: the share of label 1 among the predictions with a known label.

Source: Chamandy et al. (2012), "Estimating uncertainty for massive data streams", for the interval.
"""

from __future__ import annotations

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import ratio_replicates
from monitoring.score_days import Days, complete_measurement, prepare_measurement, stack_days

STATISTIC = "label_rate"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """Return the share of label 1 over the labelled rows of `days` (day → histogram).

    The 95 % interval is from resampled days; the p-value tests "the true share is `level`". Cannot say with fewer than
    30 labels.
    """
    window = stack_days(days)
    measurement = prepare_measurement(STATISTIC, window, segment)
    if measurement.cannot_say:
        return measurement
    rows = window.by_label.sum(axis=1)
    drawn = ratio_replicates(day_weights(window.days, seed), window.positives, rows)
    return complete_measurement(
        measurement, float(window.positives.sum() / rows.sum()), drawn, window.days, level, (0.0, 1.0)
    )
