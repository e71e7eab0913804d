"""The change in the share of missing values is compared with exact tests."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from monitoring import null_rate
from monitoring.profile import Profile


def test_the_value_is_the_difference_of_shares(reference: Profile, profile_of: Callable, make_log: Callable) -> None:
    table = make_log(1_000, 1)
    half = pa.array([None] * 500 + ["AA"] * 500)
    measured = null_rate.measure(reference, profile_of(table.set_column(2, "carrier", half)), "carrier")
    before = reference.categorical("carrier").nulls / reference.rows
    assert measured.value == pytest.approx(0.5 - before)
    assert measured.low < measured.value < measured.high
    assert (measured.rows, measured.reference_rows) == (1_000, 20_000)


def test_nan_counts_as_missing(reference: Profile, profile_of: Callable, make_log: Callable) -> None:
    table = make_log(1_000, 1)
    measured = null_rate.measure(
        reference, profile_of(table.set_column(0, "delay", pa.array([float("nan")] * 1_000))), "delay"
    )
    assert measured.value == pytest.approx(1.0, abs=0.05)
    assert measured.high <= 1.0


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 400), st.integers(1, 400))
def test_small_counts_use_fishers_exact_test(now: int, n: int, then: int, m: int) -> None:
    now, then = min(now, n), min(then, m)
    exact = fisher_exact([[now, n - now], [then, m - then]]).pvalue
    share = (now + then) / (n + m)
    if min(n, m) * min(share, 1 - share) < 5:
        assert null_rate.same_share(now, n, then, m) == pytest.approx(exact, abs=1e-9)


def test_large_counts_use_the_pooled_normal_test() -> None:
    p_value = null_rate.same_share(60, 1_000, 400, 10_000)
    z = (0.06 - 0.04) / (460 / 11_000 * (1 - 460 / 11_000) * (1 / 1_000 + 1 / 10_000)) ** 0.5
    assert p_value == pytest.approx(2 * NormalDist().cdf(-z))


def test_no_missing_values_on_either_side_have_a_p_value_of_1() -> None:
    assert null_rate.same_share(0, 1_000, 0, 10_000_000) == 1.0
