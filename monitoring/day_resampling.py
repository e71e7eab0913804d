"""Compute the interval of a performance figure by resampling whole days, because rows of a day are not independent.

Poisson bootstrap over days: in each replicate a day counts 0, 1, 2, … times, with independent weights that follow
Poisson(1). The spread of the replicates is the standard error; the interval uses Student's t with D − 1 degrees of
freedom and the factor √(D/(D−1)) for D days, because a week has few days. Sources: Chamandy et al. (2012), "Estimating
uncertainty for massive data streams" (Poisson bootstrap); Cameron, Gelbach, Miller (2008), REStat 90, 414–427
(few clusters).

The weights come from the raw 64-bit stream of PCG64, which NumPy guarantees not to change, by inverting the Poisson
distribution function. An old verdict can therefore be recomputed with the same weights.
"""

from __future__ import annotations

import math

import numpy as np

from monitoring.arrays import FloatArray
from monitoring.distributions import CONFIDENCE, t_quantile, t_two_sided

REPLICATES = 1_000
DAYS_FOR_INTERVAL = 5
_POISSON = np.cumsum([math.exp(-1.0) / math.factorial(k) for k in range(18)])


def day_weights(days: int, seed: int, replicates: int = REPLICATES) -> FloatArray:
    """Return independent Poisson(1) weights of shape (replicates, days); a seed always gives the same weights."""
    raw = np.random.PCG64(seed).random_raw(replicates * days)
    uniform = (np.asarray(raw, dtype=np.uint64) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    drawn: FloatArray = np.searchsorted(_POISSON, uniform, side="right").astype(np.float64)
    return drawn.reshape(replicates, days)


def standard_error(replicates: FloatArray, days: int) -> float | None:
    """Return the standard error from the spread of the replicates; None with fewer than five days or usable replicates.

    At least 80 % of the replicates must be usable; NaN marks a replicate without a value.
    """
    usable = replicates[np.isfinite(replicates)]
    if days < DAYS_FOR_INTERVAL or len(usable) < 0.8 * len(replicates):
        return None
    return float(np.std(usable, ddof=1)) * math.sqrt(days / (days - 1.0))


def interval(
    value: float, error: float | None, days: int, bounds: tuple[float, float] = (-math.inf, math.inf)
) -> tuple[float | None, float | None]:
    """Return the 95 % interval of `value`, limited to `bounds`; (None, None) without a standard error."""
    if error is None:
        return None, None
    half = t_quantile(0.5 + CONFIDENCE / 2.0, days - 1) * error
    return max(bounds[0], value - half), min(bounds[1], value + half)


def p_value(value: float, null: float | None, error: float | None, days: int) -> float | None:
    """Return the two-sided p-value of "the true figure is `null`"; None without a null value or a standard error."""
    if null is None or error is None:
        return None
    if error == 0.0:
        return 1.0 if value == null else 0.0
    return t_two_sided((value - null) / error, days - 1)
