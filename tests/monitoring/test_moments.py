"""Sums are exact in any order, and close to the true sums at any scale."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.moments import NO_MOMENTS, Moments, block_moments, scaled, unit_for, whole_sum

FINITE = st.floats(min_value=-(2.0**500), max_value=2.0**500)


def rounded(value: float, unit: int) -> Fraction:
    """The definition: the value in units of 2**unit, coarser by 2⁸ for each 2⁸ that it lies beyond 2³⁶ units."""
    level = 0
    while abs(value) >= 2.0 ** min(1020, 36 + unit + 8 * level):
        level += 1
    exact = Fraction(value) / Fraction(2) ** (unit + 8 * level)
    return round(exact) * Fraction(2) ** (8 * level)


@given(st.lists(FINITE, min_size=1, max_size=40), st.integers(-480, 468))
def test_a_sum_equals_that_of_the_rounded_values(values: list[float], unit: int) -> None:
    array = np.array(values)
    assert whole_sum(array, unit, float(np.abs(array).max())) == sum(rounded(v, unit) for v in values)


@given(st.lists(FINITE, min_size=2, max_size=40), st.integers(1, 39))
def test_splitting_a_block_does_not_change_the_sum(values: list[float], cut: int) -> None:
    ordered = np.sort(np.array(values))
    whole = block_moments(ordered, 1.5, -30)
    parts = block_moments(ordered[:cut], 1.5, -30).plus(block_moments(ordered[cut:], 1.5, -30))
    assert parts == whole


SCALES = {
    "around zero": (0.0, 1.0),
    "a spread of one around a million": (1e6, 1.0),
    "micrometres": (0.0, 1e-6),
    "a billion": (3e9, 2e8),
    "no spread": (7.0, 0.0),
}


@pytest.mark.parametrize(("centre", "spread"), SCALES.values(), ids=SCALES.keys())
def test_mean_and_variance_equal_those_of_the_values(centre: float, spread: float) -> None:
    values = np.sort(np.random.default_rng(2).normal(centre, spread, 5_000))
    middle = float(values[2_500])
    unit = unit_for(max(middle - values[0], values[-1] - middle))
    moments = block_moments(values, middle, unit)
    assert moments.mean(5_000, middle, unit) == pytest.approx(values.mean(), rel=1e-12, abs=1e-12 * spread)
    assert moments.variance(5_000, unit) == pytest.approx(values.var(ddof=1), rel=1e-7, abs=1e-300)


def test_whole_numbers_are_summed_without_rounding() -> None:
    values = np.sort(np.random.default_rng(3).integers(0, 100_000, 60_000)).astype(np.float64)
    unit = unit_for(100_000.0)
    moments = block_moments(values, 0.0, unit)
    assert scaled(moments.total, unit) == values.sum()
    assert scaled(moments.squares, 2 * unit + 34) == (values**2).sum()


@pytest.mark.parametrize("factor", [5.0, 10.0, 1e3, 1e6, 1e30])
def test_a_unit_change_keeps_mean_and_variance(factor: float) -> None:
    values = np.sort(np.random.default_rng(4).normal(20.0, 3.0, 1_000)) * factor
    moments = block_moments(values, 20.0, unit_for(10.0))
    assert moments.mean(1_000, 20.0, unit_for(10.0)) == pytest.approx(values.mean(), rel=1e-7)
    assert moments.variance(1_000, unit_for(10.0)) == pytest.approx(values.var(ddof=1), rel=1e-5)


def test_the_moments_of_no_values_are_empty() -> None:
    assert block_moments(np.empty(0), 0.0, 0) == NO_MOMENTS == Moments(0, 0, math.inf, -math.inf)


def test_a_constant_column_has_the_smallest_unit() -> None:
    assert unit_for(5e-324) == -480
    assert scaled(5, 3) == 40.0
