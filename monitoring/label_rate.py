"""Label rate of a window: how often the event came among the predictions whose outcome is known.

Source: Chamandy et al. (2012), "Estimating uncertainty for massive data streams", for the interval.
"""

from __future__ import annotations

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import ratio_replicates
from monitoring.score_days import Days, finish, side_by_side, start

STATISTIC = "label_rate"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """Share of label 1 over the labelled rows of `days` (day → histogram).

    95 % interval by resampling days; the p-value tests "the true share is `level`". Cannot say without 30 labels.
    """
    window = side_by_side(days)
    begun = start(STATISTIC, window, segment)
    if begun.cannot_say:
        return begun
    rows = window.by_label.sum(axis=1)
    drawn = ratio_replicates(day_weights(window.days, seed), window.positives, rows)
    return finish(begun, float(window.positives.sum() / rows.sum()), drawn, window.days, level, (0.0, 1.0))
