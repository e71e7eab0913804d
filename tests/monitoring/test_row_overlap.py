"""Row overlap: held-out rows that are training rows, and how many equal rows repeats in the training data explain."""

from __future__ import annotations

import numpy as np
import pytest

from data.records.version import Overlap
from monitoring.row_overlap import Hashes, explained_rows, measure_overlap


def distinct(count: int, start: int = 0) -> Hashes:
    return np.arange(start, start + count, dtype=np.uint64)


def drawn(count: int, seed: int, values: int, power: float = 1.0) -> Hashes:
    """Rows drawn from a long-tailed distribution over `values` distinct contents."""
    weights = 1.0 / np.arange(1, values + 1) ** power
    return np.random.default_rng(seed).choice(values, count, p=weights / weights.sum()).astype(np.uint64)


def shared(training: Hashes, held_out: Hashes) -> int:
    return int(np.isin(held_out, training).sum())


def test_ids_and_contents_are_counted_separately() -> None:
    found = measure_overlap(distinct(1_000), distinct(1_000), distinct(100, 990), distinct(100, 5_000))
    assert found == Overlap(ids=10, rows=0, explained=0)


def test_the_order_of_rows_changes_nothing() -> None:
    training, held_out = drawn(2_000, 1, 500), drawn(500, 2, 500)
    assert explained_rows(training, held_out) == explained_rows(training[::-1], held_out[::-1])


@pytest.mark.parametrize("values", [10, 300, 3_000, 100_000])
@pytest.mark.parametrize(("rows", "sample"), [(2_000, 600), (20_000, 500), (3_000, 3_000), (600, 5_000)])
def test_rows_drawn_alike_are_explained(values: int, rows: int, sample: int) -> None:
    for seed in range(5):
        training, held_out = drawn(rows, seed, values), drawn(sample, seed + 100, values)
        assert shared(training, held_out) <= explained_rows(training, held_out)


@pytest.mark.parametrize("values", [3_000, 100_000, 10_000_000])
def test_copied_rows_of_a_long_tail_are_not_explained(values: int) -> None:
    training = drawn(5_000, 1, values, 0.5)
    assert shared(training, training[:1_000]) > 1.05 * explained_rows(training, training[:1_000])


def test_training_rows_that_were_written_twice_explain_nothing() -> None:
    training = np.repeat(distinct(600), 2)
    assert explained_rows(training, distinct(600)) < 60


def test_a_training_class_written_several_times_over_does_not_fail_honest_rows() -> None:
    training = np.concatenate([distinct(500), np.repeat(distinct(100, 500), 5)])
    assert shared(training, distinct(600, 10_000)) == 0 <= explained_rows(training, distinct(600, 10_000))


@pytest.mark.parametrize(("rows", "sample"), [(1, 1), (1, 50), (50, 1)])
def test_tiny_datasets_have_a_number(rows: int, sample: int) -> None:
    assert 0 <= explained_rows(distinct(rows), distinct(sample, 100)) <= sample
