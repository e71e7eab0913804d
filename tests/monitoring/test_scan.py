"""A scan counts the same rows equally in every file layout, and refuses files that it cannot count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import LogFormatError
from monitoring.edge_placement import edges_of_table
from monitoring.edges import Edges
from monitoring.profile import Part, empty_profile
from monitoring.scan import Layout, profile_files, profile_table

WRITINGS: dict[str, dict[str, object]] = {
    "one row group": {},
    "many row groups": {"row_group_size": 333},
    "without dictionaries": {"use_dictionary": False, "row_group_size": 1_000},
    "zstd and small pages": {"compression": "zstd", "data_page_size": 512},
}


@pytest.mark.parametrize("options", WRITINGS.values(), ids=WRITINGS.keys())
def test_the_same_rows_have_the_same_profile(
    options: dict[str, object], tmp_path: Path, edges: Edges, make_log: Callable[..., pa.Table]
) -> None:
    table = make_log(4_000, 6)
    pq.write_table(table, tmp_path / "day.parquet", **options)
    for threads in (1, 2):
        assert profile_files([tmp_path / "day.parquet"], edges, "d", threads=threads) == profile_table(
            table, edges, "d"
        )


def test_several_files_are_counted_as_one_partition(
    tmp_path: Path, edges: Edges, make_log: Callable[..., pa.Table]
) -> None:
    table = make_log(4_000, 6)
    files = [tmp_path / f"{i}.parquet" for i in range(5)]
    for i, file in enumerate(files):
        pq.write_table(table.slice(i * 800, 800), file)
    assert profile_files([str(f) for f in files], edges, "d") == profile_table(table, edges, "d")


def test_counts_do_not_depend_on_blocks(edges: Edges, make_log: Callable[..., pa.Table]) -> None:
    table = make_log(140_000, 6)
    halves = pa.concat_tables([table.slice(70_001), table.slice(0, 70_001)])
    assert profile_table(table, edges) == profile_table(halves, edges) == profile_table(halves.combine_chunks(), edges)


TYPES: dict[str, tuple[pa.DataType, pa.DataType, pa.DataType]] = {
    "32-bit floats, small integers, large text": (pa.float32(), pa.int8(), pa.large_string()),
    "decimals, unsigned, dictionary of text": (
        pa.decimal128(10, 2),
        pa.uint16(),
        pa.dictionary(pa.int8(), pa.string()),
    ),
    "half floats, 32-bit integers, text view": (pa.float16(), pa.int32(), pa.string_view()),
}


@pytest.mark.parametrize("types", TYPES.values(), ids=TYPES.keys())
def test_counts_do_not_depend_on_the_arrow_type(types: tuple[pa.DataType, ...], tmp_path: Path) -> None:
    table = pa.table({"x": [0.5, 1.25, None, 8.0], "n": [1, None, 3, 3], "w": ["a", "b", None, "a"]})
    columns = [table[name].cast(kind) for name, kind in zip(table.schema.names, types, strict=True)]
    other = pa.table(columns, names=table.schema.names)
    edges = edges_of_table(table)
    pq.write_table(other, tmp_path / "other.parquet")
    assert profile_table(other, edges) == profile_table(table, edges)
    assert profile_files([tmp_path / "other.parquet"], edges) == profile_table(table, edges)


def test_numbers_and_booleans_can_be_categories() -> None:
    table = pa.table({"flag": [True, False, None], "code": [7, 8, 7]})
    edges = edges_of_table(table.select(["flag"]))
    assert profile_table(table, edges)[0].categorical("flag").cells.tolist() == [1, 1, 0, 0]


def test_a_null_in_a_dictionary_is_counted_as_null() -> None:
    edges = edges_of_table(pa.table({"w": ["a", "b"]}))
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1, 1, None]), pa.array(["a", None]))
    (profile,) = profile_table(pa.table({"w": coded}), edges)
    assert (profile.categorical("w").cells.tolist(), profile.categorical("w").nulls) == ([1, 0, 0, 0], 3)


def test_unknown_values_of_an_open_ended_column_are_other_not_new() -> None:
    edges = edges_of_table(pa.table({"id": [str(i) for i in range(20_001)]}))
    (profile,) = profile_table(pa.table({"id": ["0", "never seen"]}), edges)
    assert (profile.categorical("id").cells[-2], profile.categorical("id").new) == (1, 0)


def test_the_first_twenty_new_values_have_their_counts() -> None:
    edges = edges_of_table(pa.table({"w": ["a"]}))
    table = pa.table({"w": [f"n{i:02d}" for i in range(30) for _ in range(2)]})
    (profile,) = profile_table(table, edges)
    assert profile.categorical("w").new == 60
    assert profile.categorical("w").new_values == {f"n{i:02d}": 2 for i in range(20)}


def test_versions_and_slices_are_counted_separately(
    tmp_path: Path, edges: Edges, make_log: Callable[..., pa.Table]
) -> None:
    rng = np.random.default_rng(8)
    table = make_log(3_000, 8)
    segment, version = rng.choice(["JFK", "LGA"], 3_000), rng.choice([1, 2], 3_000)
    labelled = table.append_column("origin", pa.array(segment)).append_column(
        "model", pa.array(version, mask=version == 2)
    )
    pq.write_table(labelled, tmp_path / "day.parquet", row_group_size=500)
    layout = Layout(version_column="model", segment_column="origin")
    profiles = profile_files([tmp_path / "day.parquet"], edges, "d", layout)
    assert profiles == profile_table(labelled, edges, "d", layout)
    assert [p.parts for p in profiles] == [
        frozenset([Part("d", s, v)]) for s, v in (("JFK", ""), ("JFK", "1"), ("LGA", ""), ("LGA", "1"))
    ]
    rows = table.filter(pa.array((segment == "LGA") & (version == 1)))
    assert np.array_equal(profiles[3].counts, profile_table(rows, edges)[0].counts)
    assert profiles[3].rows == rows.num_rows


def test_one_version_in_the_whole_file_needs_no_filter(tmp_path: Path, edges: Edges, make_log: Callable) -> None:
    table = make_log(100, 8)
    (profile,) = profile_table(table.append_column("v", pa.array(["7"] * 100)), edges, "d", Layout(version_column="v"))
    assert profile.parts == {Part("d", "", "7")}
    assert np.array_equal(profile.counts, profile_table(table, edges)[0].counts)


def test_columns_may_have_other_names_in_the_log(tmp_path: Path, edges: Edges, make_log: Callable) -> None:
    table = make_log(100, 8)
    renamed = table.rename_columns(["dep_delay", "hour", "airline"])
    layout = Layout(mapping={"delay": "dep_delay", "carrier": "airline"})
    pq.write_table(renamed, tmp_path / "day.parquet")
    assert profile_table(renamed, edges, "d", layout) == profile_table(table, edges, "d")
    assert profile_files([tmp_path / "day.parquet"], edges, "d", layout) == profile_table(table, edges, "d")


def test_no_rows_or_no_files_give_one_empty_profile(tmp_path: Path, edges: Edges, make_log: Callable) -> None:
    nothing = (empty_profile(edges, [Part("d")]),)
    pq.write_table(make_log(0, 1), tmp_path / "day.parquet")
    layout = Layout(version_column="carrier")
    assert profile_files([], edges, "d") == nothing
    assert profile_files([tmp_path / "day.parquet"], edges, "d") == nothing
    assert profile_files([tmp_path / "day.parquet"], edges, "d", layout) == nothing
    assert profile_table(make_log(0, 1), edges, "d") == nothing


def test_a_column_of_only_nulls_is_counted(edges: Edges) -> None:
    table = pa.table({name: pa.nulls(3) for name in edges.names})
    (profile,) = profile_table(table, edges)
    assert [profile.column(name).missing for name in edges.names] == [3, 3, 3]


BROKEN: dict[str, tuple[Callable[[pa.Table], pa.Table], Layout, str]] = {
    "a missing column": (
        lambda t: t.drop_columns(["hour"]),
        Layout(),
        r"day\.parquet: column hour is missing; the columns are: delay, carrier",
    ),
    "text where a number was": (
        lambda t: t.set_column(1, "hour", t["hour"].cast(pa.string())),
        Layout(),
        r"day\.parquet: column hour has type string and cannot be counted as numeric \(integer, floating point or dec",
    ),
    "a fraction where a category was": (
        lambda t: t.set_column(2, "carrier", t["delay"]),
        Layout(),
        "column carrier has type double and cannot be counted as categorical",
    ),
    "a missing version column": (lambda t: t, Layout(version_column="model"), "column model is missing"),
    "a version that is no category": (lambda t: t, Layout(version_column="delay"), "column delay has type double"),
}


@pytest.mark.parametrize(("change", "layout", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_a_log_with_an_unsuitable_column_is_refused_with_file_and_column(
    change: Callable, layout: Layout, says: str, tmp_path: Path, edges: Edges, make_log: Callable
) -> None:
    table = change(make_log(50, 1))
    pq.write_table(table, tmp_path / "day.parquet")
    with pytest.raises(LogFormatError, match=says):
        profile_files([tmp_path / "day.parquet"], edges, "d", layout)
    with pytest.raises(LogFormatError, match=says.replace(r"day\.parquet", "table")):
        profile_table(table, edges, "d", layout)


def test_missing_incomplete_and_other_files_are_refused(tmp_path: Path, edges: Edges, make_log: Callable) -> None:
    pq.write_table(make_log(5_000, 1), tmp_path / "whole.parquet")
    whole = (tmp_path / "whole.parquet").read_bytes()
    (tmp_path / "short.parquet").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "pages.parquet").write_bytes(b"\0" * (len(whole) - 4_000) + whole[-4_000:])
    (tmp_path / "text.parquet").write_text("delay,hour,carrier\n")
    for name in ("absent", "short", "pages", "text"):
        with pytest.raises(LogFormatError, match=rf"{name}\.parquet: cannot be read as Parquet"):
            profile_files([tmp_path / f"{name}.parquet"], edges)


def test_a_partition_with_one_broken_file_is_refused(tmp_path: Path, edges: Edges, make_log: Callable) -> None:
    pq.write_table(make_log(50, 1), tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_text("not Parquet")
    with pytest.raises(LogFormatError, match=r"b\.parquet"):
        profile_files([tmp_path / "a.parquet", tmp_path / "b.parquet"], edges)
