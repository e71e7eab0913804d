"""Measure the Brier score of a window from the histogram of scores by label, exact to 5e-10.

Source: Brier (1950), Monthly Weather Review 78, 1–3. Σ(p − y)² = Σp² − 2·Σp over positives + number of positives.
"""

from __future__ import annotations

import numpy as np

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import ratio_replicates
from monitoring.score_days import Days, complete_measurement, prepare_measurement, stack_days

STATISTIC = "brier"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """Return the mean squared error of the scores over the labelled rows of `days` (day → histogram).

    The 95 % interval is from resampled days; the p-value tests "the true score is `level`". Cannot say with fewer than
    30 labels.
    """
    window = stack_days(days)
    measurement = prepare_measurement(STATISTIC, window, segment)
    if measurement.cannot_say:
        return measurement
    errors = window.squares.sum(axis=1) - 2.0 * window.sums[:, 1] + window.positives
    rows = window.by_label.sum(axis=1)
    drawn = ratio_replicates(day_weights(window.days, seed), errors, rows)
    return complete_measurement(measurement, float(np.sum(errors) / rows.sum()), drawn, window.days, level, (0.0, 1.0))
