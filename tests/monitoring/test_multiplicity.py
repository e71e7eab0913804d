"""The Benjamini–Hochberg adjustment is compared with that of SciPy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from data.errors import StatisticsError
from monitoring.multiplicity import adjusted


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_adjusted_p_values_equal_those_of_scipy(p_values: list[float]) -> None:
    assert adjusted(p_values) == pytest.approx(false_discovery_control(p_values).tolist())


def test_no_p_values_give_no_adjusted_p_values() -> None:
    assert adjusted([]) == ()


@pytest.mark.parametrize("bad", [float("nan"), -0.1, 1.1])
def test_a_number_that_is_no_p_value_is_refused(bad: float) -> None:
    with pytest.raises(StatisticsError, match="1 of 2 p-values"):
        adjusted([0.5, bad])
