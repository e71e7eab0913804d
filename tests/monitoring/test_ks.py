"""The KS distance from cells is compared with the exact distance of SciPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from data.errors import StatisticsError
from monitoring import ks
from monitoring.edge_placement import edges_of_table
from monitoring.profile import Profile
from monitoring.scan import profile_table

SHAPES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda rng, n: rng.normal(0, 1, n),
    "heavy-tailed": lambda rng, n: rng.standard_cauchy(n),
    "zero-inflated": lambda rng, n: np.where(rng.random(n) < 0.5, 0.0, rng.gamma(1, 3, n)),
    "counted": lambda rng, n: rng.integers(0, 50, n).astype(float),
}


def profiles(old: np.ndarray, new: np.ndarray) -> tuple[Profile, Profile]:
    edges = edges_of_table(pa.table({"x": old}))
    return profile_table(pa.table({"x": old}), edges, "r")[0], profile_table(pa.table({"x": new}), edges, "c")[0]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("moved", [0.0, 0.3])
def test_the_binned_distance_is_within_its_bound_of_the_exact_one(shape: Callable, moved: float) -> None:
    rng = np.random.default_rng(7)
    old, new = shape(rng, 20_000), shape(rng, 5_000) + moved
    reference, current = profiles(old, new)
    measured = ks.measure(reference, current, "x")
    exact = ks_2samp(old, new).statistic
    above = ks.binning_error(reference.numeric("x").ordered, current.numeric("x").ordered)
    assert measured.value <= exact + 1e-12
    assert exact <= measured.value + above + 1e-12
    assert exact - measured.value < 1e-3
    assert measured.low <= exact <= measured.high


@given(
    st.lists(st.floats(-9, 9), min_size=30, max_size=50, unique=True),
    st.lists(st.floats(-9, 9), min_size=30, max_size=60),
)
def test_the_bound_holds_for_any_values(old: list[float], new: list[float]) -> None:
    cells = [profile.numeric("x").ordered for profile in profiles(np.array(old), np.array(new))]
    exact = ks_2samp(old, new, method="asymp").statistic
    assert ks.distance(*cells) - 1e-12 <= exact <= ks.distance(*cells) + ks.binning_error(*cells) + 1e-12


def test_the_p_value_equals_that_of_scipy() -> None:
    rng = np.random.default_rng(1)
    old, new = rng.normal(0, 1, 4_000), rng.normal(0.06, 1, 3_000)
    exact = ks_2samp(old, new, method="asymp")
    assert ks.measure(*profiles(old, new), "x").p_value == pytest.approx(exact.pvalue, rel=0.2)


def test_unchanged_columns_are_significant_about_one_time_in_twenty() -> None:
    rng, found = np.random.default_rng(5), 0
    for _ in range(100):
        found += ks.measure(*profiles(rng.normal(0, 1, 2_000), rng.normal(0, 1, 500)), "x").p_value < 0.05
    assert found <= 11


def test_infinity_counts_as_an_extreme_value(reference: Profile, profile_of: Callable, make_log: Callable) -> None:
    table = make_log(1_000, 1)
    endless = profile_of(table.set_column(0, "delay", pa.array([np.inf] * 1_000)))
    assert ks.measure(reference, endless, "delay").value == pytest.approx(1.0, abs=0.01)


def test_a_categorical_column_is_refused(reference: Profile) -> None:
    with pytest.raises(StatisticsError, match="carrier is categorical"):
        ks.measure(reference, reference, "carrier")
