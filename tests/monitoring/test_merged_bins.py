"""Merged bins have enough rows, and merging does not look like drift."""

from __future__ import annotations

import numpy as np
import pytest

from monitoring.merged_bins import category_bins, numeric_bins


def names(count: int) -> list[str]:
    return [f"v{i}" for i in range(count)]


def test_numeric_bins_are_twentieths_of_the_reference() -> None:
    cells = np.full(2_000, 10)
    old, new = numeric_bins(cells, cells // 5)
    assert old.tolist() == [1_000.0] * 20
    assert new.tolist() == [200.0] * 20


def test_few_rows_have_wider_bins() -> None:
    old, new = numeric_bins(
        np.full(2_000, 10), np.full(2_000, 1)[:50].repeat(40) // 40 + np.eye(1, 2_000, 5, int)[0] * 40
    )
    assert len(old) == 4
    assert new.sum() == 40


def test_a_frequent_value_has_its_own_bin_and_a_small_end_is_merged() -> None:
    old, new = numeric_bins(np.array([0, 900, 95, 5]), np.array([1, 90, 9, 0]))
    assert (old.tolist(), new.tolist()) == ([900.0, 100.0], [91.0, 9.0])


def test_one_cell_is_one_bin() -> None:
    assert [len(side) for side in numeric_bins(np.array([50]), np.array([50]))] == [1, 1]


def test_frequent_categories_have_their_own_bin_and_rare_ones_share() -> None:
    cells = np.array([600, 300, 10, 9, 8, 33, 0])
    old, new = category_bins(names(5), cells, np.array([500, 300, 10, 9, 8, 33, 100]))
    assert (old.tolist(), new.tolist()) == ([600.0, 300.0, 60.0], [500.0, 300.0, 160.0])


def test_a_small_remainder_is_merged_into_the_last_bin() -> None:
    old, new = category_bins(names(2), np.array([600, 400, 0, 0]), np.array([500, 300, 0, 4]))
    assert (old.tolist(), new.tolist()) == ([600.0, 400.0], [500.0, 304.0])


def test_many_rare_categories_are_assigned_to_several_bins() -> None:
    cells = np.append(np.full(800, 25), [0, 0])
    old, _ = category_bins(names(800), cells, cells)
    assert 10 <= len(old) <= 20
    assert old.sum() == 20_000
    assert old.min() >= 10


def test_a_single_category_is_a_single_bin() -> None:
    assert [side.tolist() for side in category_bins(["a"], np.array([50, 0, 0]), np.array([40, 0, 9]))] == [
        [50.0],
        [49.0],
    ]


@pytest.mark.parametrize("rows", [300, 7_000])
def test_spreading_new_values_keeps_all_rows(rows: int) -> None:
    rng = np.random.default_rng(rows)
    reference = rng.multinomial(20_000, np.append(rng.dirichlet(np.ones(200)), [0, 0]))
    current = rng.multinomial(rows, np.append(np.ones(200), [10, 50]) / 260)
    old, new = category_bins(names(200), reference, current)
    assert (old.sum(), new.sum()) == (pytest.approx(20_000), pytest.approx(rows))
