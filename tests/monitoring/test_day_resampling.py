"""Days are resampled with the same weights for the same seed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from monitoring import day_resampling as dr


def test_the_weights_of_a_seed_never_change() -> None:
    assert dr.day_weights(6, 1, 2).tolist() == [[1.0, 3.0, 0.0, 3.0, 0.0, 1.0], [2.0, 1.0, 1.0, 0.0, 2.0, 1.0]]


def test_weights_follow_a_poisson_distribution_of_mean_1() -> None:
    weights = dr.day_weights(200, 3)
    shares = np.bincount(weights.astype(int).ravel(), minlength=4)[:4] / weights.size
    assert shares == pytest.approx([math.exp(-1) / math.factorial(k) for k in range(4)], abs=0.005)


def test_few_days_or_few_usable_replicates_have_no_standard_error() -> None:
    replicates = np.random.default_rng(0).normal(size=1_000)
    assert dr.standard_error(replicates, 4) is None
    assert dr.standard_error(np.where(replicates > -0.5, np.nan, replicates), 30) is None
    assert dr.standard_error(replicates, 5) == pytest.approx(replicates.std(ddof=1) * math.sqrt(5 / 4))


def test_without_a_standard_error_there_is_no_interval_and_no_p_value() -> None:
    assert dr.interval(0.5, None, 4) == (None, None)
    assert dr.p_value(0.5, 0.4, None, 4) is None
    assert dr.p_value(0.5, None, 0.1, 9) is None


def test_the_interval_stays_within_its_bounds() -> None:
    assert dr.interval(0.95, 0.1, 10, (0.0, 1.0))[1] == 1.0
    assert dr.interval(0.05, 0.1, 10, (0.0, 1.0))[0] == 0.0


def test_the_p_value_without_spread_is_1_at_the_null_and_0_elsewhere() -> None:
    assert dr.p_value(1.0, 1.0, 0.0, 9) == 1.0
    assert dr.p_value(1.0, 1.1, 0.0, 9) == 0.0
