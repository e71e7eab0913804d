"""Compute the tail probabilities, quantiles and intervals that the statistics share.

`scipy.special` is imported on the first call, so importing a statistic does not load SciPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable

CONFIDENCE = 0.95
_NORMAL_FROM = 1e4


def normal_two_sided(z: float) -> float:
    """Return the probability that a standard normal variable is at least |z| away from 0."""
    from scipy.special import ndtr

    return float(2.0 * ndtr(-abs(z)))


def normal_quantile(probability: float) -> float:
    """Return the quantile of the standard normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def t_two_sided(t: float, freedom: float) -> float:
    """Return the probability that Student's t with `freedom` degrees of freedom is at least |t| away from 0."""
    from scipy.special import stdtr

    return float(2.0 * stdtr(freedom, -abs(t)))


def t_quantile(probability: float, freedom: float) -> float:
    """Return the quantile of Student's t with `freedom` degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def chi_square_tail(value: float, freedom: int) -> float:
    """Return P(χ²(freedom) ≥ value)."""
    from scipy.special import chdtrc

    return float(chdtrc(freedom, value))


def noncentrality_interval(value: float, freedom: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the confidence interval of the non-centrality λ, given `value` observed from χ²(freedom, λ).

    The distribution function is inverted in λ. For a `value` above 10,000, the normal approximation of its square root
    is used (variance 1, mean √(λ + freedom − 1)). Source: Venables (1975), JRSS B 37, 406–412.
    """
    tail = (1.0 - confidence) / 2.0
    return _noncentrality(value, freedom, 1.0 - tail), _noncentrality(value, freedom, tail)


def _noncentrality(value: float, freedom: int, probability: float) -> float:
    """Return λ ≥ 0 with P(χ²(freedom, λ) ≤ value) = probability, or 0 if the probability at λ = 0 is already lower."""
    from scipy.special import chndtr

    if chi_square_tail(value, freedom) > 1.0 - probability:
        return 0.0
    root = math.sqrt(value) - normal_quantile(probability)
    if value > _NORMAL_FROM:
        return max(0.0, root * root - (freedom - 1))
    above = value + 20.0 * (1.0 + math.sqrt(value))
    return bisection(lambda nc: float(chndtr(value, freedom, nc)) - probability, 0.0, above)


def bisection(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return the zero of a falling function between `low` and `high`, after 60 halvings of the interval."""
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if falling(middle) > 0.0 else (low, middle)
    return (low + high) / 2.0


def binomial_tail(successes: int, trials: int, probability: float) -> float:
    """Return the exact P(X ≥ successes) for X ~ Binomial(trials, probability)."""
    from scipy.special import betainc

    return 1.0 if successes <= 0 else float(betainc(successes, trials - successes + 1, probability))


def exact_share_interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the exact confidence interval of a share. Source: Clopper and Pearson (1934), Biometrika 26, 404–413."""
    from scipy.special import betaincinv

    tail = (1.0 - confidence) / 2.0
    low = 0.0 if successes == 0 else float(betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(betaincinv(successes + 1, trials - successes, 1.0 - tail))
    return low, high


def score_share_interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the score interval of a share, within 0 and 1. Source: Wilson (1927), JASA 22, 209–212."""
    z = normal_quantile(0.5 + confidence / 2.0)
    share = successes / trials
    scale = 1.0 + z * z / trials
    centre = (share + z * z / (2.0 * trials)) / scale
    half = z / scale * math.sqrt(share * (1.0 - share) / trials + z * z / (4.0 * trials * trials))
    return 0.0 if successes == 0 else centre - half, 1.0 if successes == trials else centre + half


def kolmogorov_tail(distance: float, rows: int, reference_rows: int) -> float:
    """Return P(the KS distance of two samples of one distribution ≥ `distance`), asymptotic with Stephens' correction.

    Source: Kolmogorov (1933), Smirnov (1948); Stephens (1970), JRSS B 32, 115–122.
    """
    from scipy.special import kolmogorov

    root = math.sqrt(rows * reference_rows / (rows + reference_rows))
    return float(kolmogorov((root + 0.12 + 0.11 / root) * distance))


def hypergeometric_two_sided(successes: int, draws: int, all_successes: int, population: int) -> float:
    """Return Fisher's exact two-sided p-value: the total probability of outcomes at most as likely as the observed.

    Observed: `successes` in `draws` from a `population` with `all_successes`. Source: Fisher (1935).
    """
    least, most = max(0, draws + all_successes - population), min(draws, all_successes)
    weights = [
        _log_choose(draws, k) + _log_choose(population - draws, all_successes - k) for k in range(least, most + 1)
    ]
    seen, top = weights[successes - least], max(weights)
    total = math.fsum(math.exp(w - top) for w in weights)
    return min(1.0, math.fsum(math.exp(w - top) for w in weights if w <= seen + 1e-7) / total)


def _log_choose(n: int, k: int) -> float:
    """Return the natural logarithm of the binomial coefficient."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
