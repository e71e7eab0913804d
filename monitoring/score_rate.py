"""Measure the mean score of a window, which needs no labels.

Source: Chamandy et al. (2012), "Estimating uncertainty for massive data streams", for the interval.
"""

from __future__ import annotations

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import ratio_replicates
from monitoring.score_days import Days, complete_measurement, prepare_measurement, stack_days

STATISTIC = "score_rate"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """Return the mean score over all scored rows of `days` (day → histogram), labelled or not.

    The 95 % interval is from resampled days; the p-value tests "the true mean is `level`". Cannot say with fewer than
    30 rows.
    """
    window = stack_days(days)
    measurement = prepare_measurement(STATISTIC, window, segment, labels=False)
    if measurement.cannot_say:
        return measurement
    value = float(window.all_sums.sum() / window.all_rows.sum())
    drawn = ratio_replicates(day_weights(window.days, seed), window.all_sums, window.all_rows)
    return complete_measurement(measurement, value, drawn, window.days, level, (0.0, 1.0))
