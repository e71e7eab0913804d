"""Logarithmic loss of a window, exact to 3e-8 from the score × label histogram.

Source: Good (1952), JRSS B 14, 107–114. Scores are kept 1e-15 away from 0 and 1.
"""

from __future__ import annotations

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import ratio_replicates
from monitoring.score_days import Days, finish, side_by_side, start

STATISTIC = "log_loss"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """Mean of −ln(probability given to what happened) over the labelled rows of `days` (day → histogram).

    95 % interval by resampling days; the p-value tests "the true loss is `level`". Cannot say without 30 labels.
    """
    window = side_by_side(days)
    begun = start(STATISTIC, window, segment)
    if begun.cannot_say:
        return begun
    losses, rows = window.losses.sum(axis=1), window.by_label.sum(axis=1)
    drawn = ratio_replicates(day_weights(window.days, seed), losses, rows)
    return finish(begun, float(losses.sum() / rows.sum()), drawn, window.days, level)
