"""The share of new values, and the exact test against the expected share."""

from __future__ import annotations

import pyarrow as pa
import pytest
from scipy.stats import binomtest

from data.records.measurement import CannotSay, Measurement
from monitoring import new_categories
from monitoring.edge_placement import edges_of_table
from monitoring.scan import profile_table


def measured(old: list[str | None], new: list[str | None]) -> Measurement:
    table = pa.table({"w": pa.array(old, pa.string())})
    edges = edges_of_table(table)
    (current,) = profile_table(pa.table({"w": pa.array(new, pa.string())}), edges, "c")
    return new_categories.measure(profile_table(table, edges, "r")[0], current, "w")


def test_share_interval_and_p_value_are_exact() -> None:
    found = measured(["a"] * 600 + ["b"] * 398 + ["c", "d"], ["a"] * 90 + ["x"] * 10 + [None] * 5)
    exact = binomtest(10, 100, 3 / 1_001, alternative="greater")
    assert (found.value, found.rows, found.reference_rows) == (0.1, 100, 1_000)
    assert (found.low, found.high) == pytest.approx(tuple(binomtest(10, 100).proportion_ci()))
    assert found.p_value == pytest.approx(exact.pvalue)


def test_no_new_value_has_a_p_value_of_1() -> None:
    assert measured(["a"] * 50, ["a"] * 50).p_value == 1.0


def test_many_values_with_one_row_raise_the_expected_share() -> None:
    old = [f"tail{i}" for i in range(200)] + ["top"] * 800
    assert measured(old, ["top"] * 80 + [f"fresh{i}" for i in range(20)]).p_value > 0.3


def test_an_open_ended_column_cannot_say() -> None:
    found = measured([str(i) for i in range(20_001)], ["never seen"])
    assert (found.value, found.cannot_say) == (None, CannotSay.NO_REFERENCE)


def test_a_window_of_nulls_cannot_say() -> None:
    assert measured(["a"], [None, None]).cannot_say is CannotSay.EMPTY_WINDOW
