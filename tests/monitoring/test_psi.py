"""PSI has the right error rate without drift and finds a real shift, for each sample size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from data.records.measurement import CannotSay
from monitoring import psi
from monitoring.edge_placement import edges_of_table
from monitoring.scan import profile_table

COLUMNS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "numbers": lambda rng, n: rng.lognormal(0, 1, n),
    "zero-inflated": lambda rng, n: np.where(rng.random(n) < 0.6, 0.0, rng.normal(0, 1, n)),
    "thirty categories": lambda rng, n: np.minimum(rng.geometric(0.15, n), 30).astype(str),
    "eight hundred categories": lambda rng, n: rng.integers(0, 800, n).astype(str),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS.keys())
@pytest.mark.parametrize("rows", [100, 3_000])
def test_unchanged_columns_are_significant_about_one_time_in_twenty(column: Callable, rows: int) -> None:
    rng, found = np.random.default_rng(13), 0
    for _ in range(8):
        old = pa.table({"x": column(rng, 10_000)})
        edges = edges_of_table(old)
        (reference,) = profile_table(old, edges, "r")
        for _ in range(12):
            (current,) = profile_table(pa.table({"x": column(rng, rows)}), edges, "c")
            found += psi.measure(reference, current, "x").p_value < 0.05
    assert found / 96 <= 0.12


def test_the_index_equals_its_definition_minus_its_mean_without_drift() -> None:
    rng = np.random.default_rng(2)
    old, new = rng.normal(0, 1, 100_000), rng.normal(0.5, 1, 100_000)
    edges = edges_of_table(pa.table({"x": old}))
    profiles = [profile_table(pa.table({"x": x}), edges, str(i))[0] for i, x in enumerate((old, new))]
    cuts = np.quantile(old, np.arange(1, 20) / 20)
    p, q = (np.bincount(np.searchsorted(cuts, x), minlength=20) / len(x) for x in (old, new))
    measured = psi.measure(*profiles, "x")
    assert measured.value == pytest.approx(np.sum((q - p) * np.log(q / p)) - 2e-5 * 19, rel=0.02)
    assert measured.low < measured.value < measured.high
    assert measured.high - measured.low < 0.02


def test_the_interval_covers_the_true_index() -> None:
    rng, hits = np.random.default_rng(3), 0
    old = rng.normal(0, 1, 50_000)
    edges = edges_of_table(pa.table({"x": old}))
    (reference,) = profile_table(pa.table({"x": old}), edges, "r")
    (large,) = profile_table(pa.table({"x": rng.normal(0.2, 1, 1_000_000)}), edges, "c")
    truth = psi.measure(reference, large, "x").value
    for _ in range(60):
        (current,) = profile_table(pa.table({"x": rng.normal(0.2, 1, 2_000)}), edges, "c")
        measured = psi.measure(reference, current, "x")
        hits += measured.low <= truth <= measured.high
    assert hits >= 52


def test_the_index_with_an_empty_bin_is_finite() -> None:
    old = pa.table({"x": np.arange(2_000.0)})
    edges = edges_of_table(old)
    (current,) = profile_table(pa.table({"x": np.full(500, 7.0)}), edges, "c")
    measured = psi.measure(profile_table(old, edges, "r")[0], current, "x")
    assert 2.0 < measured.value < 20.0


def test_too_few_rows_for_two_bins_cannot_say() -> None:
    rng = np.random.default_rng(4)
    old = pa.table({"x": np.where(rng.random(9_000) < 0.95, "a", "b")})
    edges = edges_of_table(old)
    (current,) = profile_table(old.slice(0, 40), edges, "c")
    assert psi.measure(profile_table(old, edges, "r")[0], current, "x").cannot_say is CannotSay.TOO_FEW_ROWS
