"""Edges are placed by the values of the reference, independent of the order of rows and of the files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import LogFormatError, StatisticsError
from monitoring.column_kind import ColumnKind
from monitoring.edge_placement import edges_of_files, edges_of_table, place_categories, place_numbers
from monitoring.edges import CategoricalEdges, NumericEdges

RNG = np.random.default_rng(1)


def test_each_of_few_distinct_values_is_an_edge() -> None:
    placed = place_numbers("hour", np.repeat(np.arange(24.0), 3))
    assert placed.complete
    assert set(np.arange(24.0)) <= set(placed.values)
    assert len(placed.values) == 24 + 24 + 1


def test_many_values_have_quantile_equal_width_and_tail_edges() -> None:
    values = RNG.lognormal(3.0, 1.5, 50_000)
    placed = place_numbers("amount", values)
    assert not placed.complete
    assert 2_000 <= len(placed.values) <= 2_100
    inside = placed.values[(placed.values >= values.min()) & (placed.values <= values.max())]
    ranks = np.searchsorted(np.sort(values), inside, side="right")
    assert np.diff(ranks).max() <= len(values) / 1_000 + 1
    assert (placed.values > values.max()).sum() == 12


def test_a_value_that_many_rows_share_has_a_cell_of_its_own() -> None:
    values = np.where(RNG.random(20_000) < 0.4, 0.0, RNG.normal(0.0, 1.0, 20_000))
    placed = place_numbers("rain", values).values
    assert {0.0, np.nextafter(0.0, -np.inf)} <= set(placed)


ODD = {
    "no value at all": ([], 0),
    "only NaN and infinity": ([np.nan, np.inf, -np.inf], 0),
    "values beyond 2**500": ([1e200, -1e300], 0),
    "one value": ([3.0], 26),
    "zero alone": ([0.0, -0.0], 26),
}


@pytest.mark.parametrize(("values", "edges"), ODD.values(), ids=ODD.keys())
def test_the_number_of_edges_of_unusual_columns(values: list[float], edges: int) -> None:
    placed = place_numbers("odd", np.array(values, dtype=np.float64))
    assert len(placed.values) == edges
    assert np.all(np.diff(placed.values) > 0)


def test_the_largest_range_has_finite_edges() -> None:
    placed = place_numbers("wide", RNG.uniform(-(2.0**500), 2.0**500, 5_000))
    assert np.all(np.isfinite(placed.values))


def test_categories_are_sorted_by_frequency_then_name() -> None:
    placed = place_categories("carrier", [pa.array(["b", "a", "c", None, "c"]), pa.array(["d"])])
    assert placed.values == ("c", "a", "b", "d")
    assert (placed.singletons, placed.rows, placed.open_ended) == (3, 5, False)


def test_rare_categories_are_stored_and_pooled() -> None:
    placed = place_categories("tail", [pa.array([f"v{i:05d}" for i in range(1_500)] + ["top"] * 2)])
    assert len(placed.values) == 1_000
    assert placed.values[0] == "top"
    assert len(placed.pooled) == 501


def test_a_column_with_too_many_values_is_open_ended() -> None:
    placed = place_categories("id", [pa.array([str(i) for i in range(20_001)])])
    assert placed.open_ended
    assert placed.pooled == ()


def test_a_given_kind_replaces_the_kind_of_the_type() -> None:
    table = pa.table({"n": [1, 2], "s": ["a", "b"], "b": [True, False]})
    assert [type(c) for c in edges_of_table(table).columns] == [NumericEdges, CategoricalEdges, CategoricalEdges]
    (column,) = edges_of_table(table, {"n": ColumnKind.CATEGORICAL}).columns
    assert isinstance(column, CategoricalEdges)
    assert column.values == ("1", "2")


def test_edges_do_not_depend_on_files_and_row_order(tmp_path: Path, make_log: Callable[..., pa.Table]) -> None:
    table = make_log(3_000, 5)
    shuffled = table.take(np.random.default_rng(0).permutation(3_000))
    pq.write_table(shuffled.slice(0, 1_000), tmp_path / "a.parquet")
    pq.write_table(shuffled.slice(1_000), tmp_path / "b.parquet", row_group_size=700)
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    assert edges_of_files(files, dict.fromkeys(table.schema.names)) == edges_of_table(table)


def test_columns_can_have_other_names_in_the_files(tmp_path: Path) -> None:
    pq.write_table(pa.table({"dep_delay": [1.0, 2.0]}), tmp_path / "a.parquet")
    assert edges_of_files([tmp_path / "a.parquet"], {"delay": None}, {"delay": "dep_delay"}).names == ("delay",)


def test_a_second_file_must_have_the_same_columns(tmp_path: Path) -> None:
    pq.write_table(pa.table({"delay": [1.0]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"delay": ["late"]}), tmp_path / "b.parquet")
    with pytest.raises(
        LogFormatError, match=r"b\.parquet: column delay has type string and cannot be counted as numeric"
    ):
        edges_of_files([tmp_path / "a.parquet", tmp_path / "b.parquet"], {"delay": None})


def test_no_file_is_refused() -> None:
    with pytest.raises(StatisticsError, match="at least one Parquet file"):
        edges_of_files([], {"delay": None})
