"""Are more values missing than in the reference? The share of nulls and NaN, as a difference.

Sources: interval by Newcombe (1998), Statistics in Medicine 17, 873–890, method 10 (Wilson's intervals combined);
test by the pooled two-sample z, exact by Fisher (1935) where fewer than five missing values are expected on a side.
"""

from __future__ import annotations

import math

from data.records.measurement import Measurement
from monitoring.column_drift import start
from monitoring.distributions import hypergeometric_two_sided, normal_two_sided, score_share_interval
from monitoring.profile import Profile

STATISTIC = "null_rate"
_EXPECTED = 5.0


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """Missing share now − in the reference, between −1 and 1; the p-value tests "the same share".

    Raises:
        StatisticsError: different edges, or no such column.
    """
    begun = start(STATISTIC, reference, current, column, values=False)
    if begun.cannot_say:
        return begun
    now, then = current.column(column).missing, reference.column(column).missing
    n, m = begun.rows, begun.reference_rows
    value = now / n - then / m
    (now_low, now_high), (then_low, then_high) = score_share_interval(now, n), score_share_interval(then, m)
    return begun.model_copy(
        update={
            "value": value,
            "low": value - math.hypot(now / n - now_low, then_high - then / m),
            "high": value + math.hypot(now_high - now / n, then / m - then_low),
            "p_value": same_share(now, n, then, m),
        }
    )


def same_share(now: int, n: int, then: int, m: int) -> float:
    """Two-sided p-value of "`now` of `n` and `then` of `m` are of one share"."""
    share = (now + then) / (n + m)
    if min(n, m) * min(share, 1.0 - share) < _EXPECTED:
        return hypergeometric_two_sided(now, n, now + then, n + m)
    error = math.sqrt(share * (1.0 - share) * (1.0 / n + 1.0 / m))
    return normal_two_sided((now / n - then / m) / error)
