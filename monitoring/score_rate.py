"""Mean score of a window: what the model predicts on average, known at once, long before any label.

Source: Chamandy et al. (2012), "Estimating uncertainty for massive data streams", for the interval.
"""

from __future__ import annotations

from data.records.measurement import Measurement
from monitoring.day_resampling import day_weights
from monitoring.metrics import ratio_replicates
from monitoring.score_days import Days, finish, side_by_side, start

STATISTIC = "score_rate"


def measure(days: Days, *, level: float | None = None, segment: str = "", seed: int = 0) -> Measurement:
    """Mean score over all scored rows of `days` (day → histogram), labelled or not.

    95 % interval by resampling days; the p-value tests "the true mean is `level`". Cannot say under 30 rows.
    """
    window = side_by_side(days)
    begun = start(STATISTIC, window, segment, labels=False)
    if begun.cannot_say:
        return begun
    value = float(window.all_sums.sum() / window.all_rows.sum())
    drawn = ratio_replicates(day_weights(window.days, seed), window.all_sums, window.all_rows)
    return finish(begun, value, drawn, window.days, level, (0.0, 1.0))
