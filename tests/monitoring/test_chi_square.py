"""The χ² test of categories is compared with scipy.stats."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from scipy.stats.contingency import association

from data.records.measurement import CannotSay
from monitoring import chi_square
from monitoring.edge_placement import edges_of_table
from monitoring.profile import Profile
from monitoring.scan import profile_table


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=2, max_size=9))
def test_the_statistic_equals_pearsons(columns: list[tuple[int, int]]) -> None:
    table = np.array(columns).T
    assert chi_square.statistic(table) == pytest.approx(chi2_contingency(table, correction=False).statistic)


def test_p_value_and_size_equal_those_of_scipy(reference: Profile, profile_of: Callable, make_log: Callable) -> None:
    current = profile_of(make_log(3_000, 1, carriers=("AA", "B6", "UA", "DL", "US")))
    table = np.stack([p.categorical("carrier").cells[:5] for p in (reference, current)])
    exact = chi2_contingency(table, correction=False)
    measured = chi_square.measure(reference, current, "carrier")
    assert measured.p_value == pytest.approx(exact.pvalue)
    assert measured.value == pytest.approx(association(table), rel=0.05)
    assert measured.low < measured.value < measured.high


def test_rare_categories_other_and_new_are_pooled() -> None:
    table = np.array([[500, 400, 3, 2, 30, 0], [250, 200, 1, 2, 15, 9]])
    assert chi_square.pooled(table).tolist() == [[500, 400, 35], [250, 200, 27]]


def test_a_small_pool_is_added_to_the_smallest_category() -> None:
    table = np.array([[500, 400, 1, 0, 0], [250, 200, 0, 0, 1]])
    assert chi_square.pooled(table).tolist() == [[500, 401], [250, 201]]


def test_unchanged_columns_are_significant_about_one_time_in_twenty(
    reference: Profile, profile_of: Callable, make_log: Callable
) -> None:
    p_values = [chi_square.measure(reference, profile_of(make_log(500, s)), "carrier").p_value for s in range(50, 150)]
    assert sum(p < 0.05 for p in p_values) <= 11


def test_categories_too_rare_to_compare_cannot_say() -> None:
    table = pa.table({"id": [str(i) for i in range(900)]})
    edges = edges_of_table(table)
    (reference,), (current,) = profile_table(table, edges, "r"), profile_table(table.slice(0, 100), edges, "c")
    assert chi_square.measure(reference, current, "id").cannot_say is CannotSay.TOO_FEW_ROWS
