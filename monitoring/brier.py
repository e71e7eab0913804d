"""Brier score of a window, exact to 5e-10 from the score × label histogram.

Source: Brier (1950), Monthly Weather Review 78, 1–3. Σ(p − y)² = Σp² − 2·Σp over positives + number of positives.
"""

from __future__ import annotations

import numpy as np

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import ratio_replicates
from monitoring.score_days import Days, finish, side_by_side, start

STATISTIC = "brier"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """Mean squared error of the scores over the labelled rows of `days` (day → histogram).

    95 % interval by resampling days; the p-value tests "the true score is `level`". Cannot say without 30 labels.
    """
    window = side_by_side(days)
    begun = start(STATISTIC, window, segment)
    if begun.cannot_say:
        return begun
    errors = window.squares.sum(axis=1) - 2.0 * window.sums[:, 1] + window.positives
    rows = window.by_label.sum(axis=1)
    drawn = ratio_replicates(day_weights(window.days, seed), errors, rows)
    return finish(begun, float(np.sum(errors) / rows.sum()), drawn, window.days, level, (0.0, 1.0))
