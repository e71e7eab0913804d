"""Measure the label coverage of a window: the share of predictions whose label is known.

Source: Wilson (1927), JASA 22, 209–212, for the interval.
"""

from __future__ import annotations

from data.records.measurement import Measurement
from monitoring.distributions import binomial_tail, score_share_interval
from monitoring.score_days import Days, prepare_measurement, stack_days

STATISTIC = "coverage"


def measure(days: Days, *, level: float | None = None, segment: str = "") -> Measurement:
    """Return known labels ÷ scored rows over `days` (day → histogram), with Wilson's 95 % interval.

    The exact p-value tests "the true share is at least `level`". Cannot say with fewer than 30 rows.
    """
    window = stack_days(days)
    measurement = prepare_measurement(STATISTIC, window, segment, labels=False)
    if measurement.cannot_say:
        return measurement
    low, high = score_share_interval(window.known, window.rows)
    tested = None if level is None else binomial_tail(window.rows - window.known, window.rows, 1.0 - level)
    return measurement.model_copy(
        update={"value": window.known / window.rows, "low": low, "high": high, "p_value": tested}
    )
