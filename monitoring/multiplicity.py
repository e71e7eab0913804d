"""Adjust the p-values of many tests so that the share of false alarms is limited.

Source: Benjamini and Hochberg (1995), JRSS B 57, 289–300.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.errors import StatisticsError


def adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values in the given order; rejecting all that are ≤ q limits the false discovery rate to q.

    Raises:
        StatisticsError: a p-value is NaN or outside 0 to 1.

    >>> adjusted([0.01, 0.04, 0.03])
    (0.03, 0.04, 0.04)
    """
    p = np.asarray(p_values, dtype=np.float64)
    bad = int(np.count_nonzero(~((p >= 0.0) & (p <= 1.0))))
    if bad:
        raise StatisticsError(
            f"{bad} of {len(p)} p-values are NaN or outside 0 to 1", "pass only p-values of measurements that have one"
        )
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    rising = np.minimum.accumulate(scaled[::-1])[::-1]
    out = np.empty(len(p))
    out[order] = rising
    return tuple(out.tolist())
