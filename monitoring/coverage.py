"""Label coverage of a window: the share of predictions whose outcome is known by now.

No realised figure means anything without it. Source: Wilson (1927), JASA 22, 209–212, for the interval.
"""

from __future__ import annotations

from data.records.measurement import Measurement
from monitoring.distributions import binomial_tail, score_share_interval
from monitoring.score_days import Days, side_by_side, start

STATISTIC = "coverage"


def measure(days: Days, *, level: float | None = None, segment: str = "") -> Measurement:
    """Known labels ÷ scored rows over `days` (day → histogram), with Wilson's 95 % interval.

    The p-value tests "the true share is at least `level`", exactly. Cannot say under 30 rows.
    """
    window = side_by_side(days)
    begun = start(STATISTIC, window, segment, labels=False)
    if begun.cannot_say:
        return begun
    low, high = score_share_interval(window.known, window.rows)
    tested = None if level is None else binomial_tail(window.rows - window.known, window.rows, 1.0 - level)
    return begun.model_copy(update={"value": window.known / window.rows, "low": low, "high": high, "p_value": tested})
