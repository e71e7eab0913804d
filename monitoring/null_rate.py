"""Measure the change in the share of missing values (nulls and NaN) from the reference.

Sources: interval by Newcombe (1998), Statistics in Medicine 17, 873–890, method 10 (Wilson's intervals combined);
test by the pooled two-sample z, exact by Fisher (1935) if fewer than five missing values are expected on either side.
"""

from __future__ import annotations

import math

from data.records.measurement import Measurement
from monitoring.column_drift import prepare_measurement
from monitoring.distributions import hypergeometric_two_sided, normal_two_sided, score_share_interval
from monitoring.profile import Profile

STATISTIC = "null_rate"
_EXPECTED = 5.0


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """Return the current share − the reference share, between −1 and 1; the p-value tests "the shares are equal".

    Raises:
        StatisticsError: the profiles have different edges, or there is no such column.
    """
    measurement = prepare_measurement(STATISTIC, reference, current, column, values=False)
    if measurement.cannot_say:
        return measurement
    now, then = current.column(column).missing, reference.column(column).missing
    n, m = measurement.rows, measurement.reference_rows
    value = now / n - then / m
    (now_low, now_high), (then_low, then_high) = score_share_interval(now, n), score_share_interval(then, m)
    return measurement.model_copy(
        update={
            "value": value,
            "low": value - math.hypot(now / n - now_low, then_high - then / m),
            "high": value + math.hypot(now_high - now / n, then / m - then_low),
            "p_value": same_share(now, n, then, m),
        }
    )


def same_share(now: int, n: int, then: int, m: int) -> float:
    """Return the two-sided p-value of "`now` of `n` and `then` of `m` have the same share"."""
    share = (now + then) / (n + m)
    if min(n, m) * min(share, 1.0 - share) < _EXPECTED:
        return hypergeometric_two_sided(now, n, now + then, n + m)
    error = math.sqrt(share * (1.0 - share) * (1.0 / n + 1.0 / m))
    return normal_two_sided((now / n - then / m) / error)
