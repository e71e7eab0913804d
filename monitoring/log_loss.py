"""Measure the logarithmic loss of a window from the histogram of scores by label, exact to 3e-8.

Source: Good (1952), JRSS B 14, 107–114. Scores are limited to at least 1e-15 from 0 and 1.
"""

from __future__ import annotations

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import ratio_replicates
from monitoring.score_days import Days, complete_measurement, prepare_measurement, stack_days

STATISTIC = "log_loss"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """Return the mean −ln(probability of the actual label) over the labelled rows of `days` (day → histogram).

    The 95 % interval is from resampled days; the p-value tests "the true loss is `level`". Cannot say with fewer than
    30 labels.
    """
    window = stack_days(days)
    measurement = prepare_measurement(STATISTIC, window, segment)
    if measurement.cannot_say:
        return measurement
    losses, rows = window.losses.sum(axis=1), window.by_label.sum(axis=1)
    drawn = ratio_replicates(day_weights(window.days, seed), losses, rows)
    return complete_measurement(measurement, float(losses.sum() / rows.sum()), drawn, window.days, level)
