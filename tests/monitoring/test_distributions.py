"""Each tail probability, quantile and interval is compared with scipy.stats."""

from __future__ import annotations

import pytest
from scipy import stats

from monitoring import distributions as d


@pytest.mark.parametrize("z", [0.0, 0.5, -1.96, 7.0])
def test_normal_and_t_tails_equal_those_of_scipy(z: float) -> None:
    assert d.normal_two_sided(z) == pytest.approx(2 * stats.norm.sf(abs(z)))
    assert d.t_two_sided(z, 6) == pytest.approx(2 * stats.t.sf(abs(z), 6))


def test_quantiles_equal_those_of_scipy() -> None:
    assert d.normal_quantile(0.975) == pytest.approx(stats.norm.ppf(0.975))
    assert d.t_quantile(0.975, 6) == pytest.approx(stats.t.ppf(0.975, 6))
    assert d.chi_square_tail(12.0, 9) == pytest.approx(stats.chi2.sf(12.0, 9))


@pytest.mark.parametrize("value", [1.0, 9.0, 30.0, 500.0, 9_000.0, 20_000.0, 1e6])
@pytest.mark.parametrize("freedom", [1, 9, 300])
def test_the_noncentrality_interval_inverts_the_distribution(value: float, freedom: int) -> None:
    low, high = d.noncentrality_interval(value, freedom)
    for bound, tail in ((low, 0.975), (high, 0.025)):
        reached = stats.ncx2.cdf(value, freedom, bound) if bound else stats.chi2.cdf(value, freedom)
        assert reached == pytest.approx(tail, abs=2e-3) if bound else reached <= tail + 1e-9


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (3, 10), (10, 10), (12, 27_000)])
def test_intervals_of_a_share_equal_those_of_scipy(successes: int, trials: int) -> None:
    exact = stats.binomtest(successes, trials)
    assert d.exact_share_interval(successes, trials) == pytest.approx(tuple(exact.proportion_ci(0.95, "exact")))
    assert d.score_share_interval(successes, trials) == pytest.approx(
        tuple(exact.proportion_ci(0.95, "wilson")), abs=1e-12
    )
    tail = stats.binom.sf(successes - 1, trials, 0.001)
    assert d.binomial_tail(successes, trials, 0.001) == pytest.approx(tail)


@pytest.mark.parametrize("distance", [0.05, 0.1, 0.2])
def test_the_kolmogorov_tail_is_near_the_exact_probability(distance: float) -> None:
    assert d.kolmogorov_tail(distance, 200, 300) == pytest.approx(stats.kstwo.sf(distance, 120), rel=0.1)
