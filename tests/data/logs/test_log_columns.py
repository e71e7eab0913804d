"""The mapped columns of a file have modelward's names and types, and the footer is not trusted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.logs.log_columns import ColumnRequest, Use, read_columns
from data.logs.log_fault import LogFault, LogFaultKind

NOON = datetime(2013, 4, 1, 12, tzinfo=UTC)


def read(folder: Path, column: pa.Array, use: Use, **options: Any) -> pa.Table | LogFault:
    path = folder / "part.parquet"
    pq.write_table(pa.table({"theirs": column}), path)
    return read_columns(path, "part.parquet", [ColumnRequest("ours", "theirs", use)], **options)


FITTING: dict[str, tuple[pa.Array, Use, list[object]]] = {
    "text": (pa.array(["a", None]), Use.TEXT, ["a", None]),
    "large text": (pa.array(["a"], pa.large_string()), Use.TEXT, ["a"]),
    "a dictionary of text": (pa.array(["a", "b", "a"]).dictionary_encode(), Use.TEXT, ["a", "b", "a"]),
    "a whole number as text": (pa.array([1, 20]), Use.TEXT, ["1", "20"]),
    "nulls alone as text": (pa.nulls(2), Use.TEXT, [None, None]),
    "a time with a zone": (pa.array([NOON], pa.timestamp("ms", tz="America/New_York")), Use.INSTANT, [NOON]),
    "a time without a zone is UTC": (pa.array([NOON.replace(tzinfo=None)], pa.timestamp("ms")), Use.INSTANT, [NOON]),
    "nanoseconds lose what we do not keep": (
        pa.array([int(NOON.timestamp()) * 10**9 + 999]).cast(pa.timestamp("ns", tz="UTC")),
        Use.INSTANT,
        [NOON],
    ),
    "a small float": (pa.array([0.5], pa.float32()), Use.NUMBER, [0.5]),
    "a decimal": (pa.array([Decimal("0.25")]), Use.NUMBER, [0.25]),
    "true and false": (pa.array([True, False, None]), Use.LABEL, [1.0, 0.0, None]),
}


@pytest.mark.parametrize("case", FITTING)
def test_columns_of_fitting_types_are_converted(tmp_path: Path, case: str) -> None:
    column, use, expected = FITTING[case]
    found = read(tmp_path, column, use)
    assert isinstance(found, pa.Table)
    assert found["ours"].to_pylist() == expected


UNFIT: dict[str, tuple[pa.Array, Use]] = {
    "text is no number": (pa.array(["1"]), Use.NUMBER),
    "a dictionary is no number": (pa.array(["1"]).dictionary_encode(), Use.NUMBER),
    "true is no number": (pa.array([True]), Use.NUMBER),
    "a number is no time": (pa.array([1_364_774_400]), Use.INSTANT),
    "a date is no time": (pa.array([date(2013, 4, 1)]), Use.INSTANT),
    "nulls alone are no time": (pa.nulls(1), Use.INSTANT),
    "a list is no text": (pa.array([["a"]]), Use.TEXT),
    "text is no label": (pa.array(["yes"]), Use.LABEL),
}


@pytest.mark.parametrize("case", UNFIT)
def test_a_wrong_type_is_reported_with_the_expected_one(tmp_path: Path, case: str) -> None:
    column, use = UNFIT[case]
    fault = read(tmp_path, column, use)
    assert isinstance(fault, LogFault)
    assert fault.kind is LogFaultKind.WRONG_TYPE
    assert (
        f"column theirs has type {pq.read_schema(tmp_path / 'part.parquet').field(0).type}; expected {use}"
        in fault.text
    )


def test_a_column_that_occurs_twice_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "part.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), path)
    fault = read_columns(path, "part.parquet", [ColumnRequest("a", "a", Use.NUMBER)])
    assert isinstance(fault, LogFault)
    assert fault.kind is LogFaultKind.MISSING_COLUMN


def test_a_time_out_of_range_makes_the_file_unreadable(tmp_path: Path) -> None:
    fault = read(tmp_path, pa.array([2**62], pa.timestamp("ms")), Use.INSTANT)
    assert isinstance(fault, LogFault)
    assert fault.kind is LogFaultKind.UNREADABLE


def test_reading_stops_at_the_limit_of_decoded_bytes(tmp_path: Path) -> None:
    fault = read(tmp_path, pa.array([0.5] * 200_000), Use.NUMBER, memory=1_000_000)
    assert isinstance(fault, LogFault)
    assert fault.kind is LogFaultKind.TOO_LARGE
    assert "several smaller files" in fault.remedy


def test_a_long_text_is_found_before_it_is_decoded(tmp_path: Path) -> None:
    fault = read(tmp_path, pa.array(["x" * 100_000] * 2_000).dictionary_encode(), Use.TEXT)
    assert isinstance(fault, LogFault)
    assert fault.kind is LogFaultKind.TOO_LARGE


def test_a_footer_with_a_wrong_number_of_rows_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "part.parquet"
    pq.write_table(pa.table({"theirs": [0.5] * 100}), path)
    content = path.read_bytes()
    length = int.from_bytes(content[-8:-4], "little")
    footer = content[-8 - length : -8]
    assert footer.count(b"\x16\xc8\x01") >= 2  # a hundred rows, in the file and in its row group
    path.write_bytes(content[: -8 - length] + footer.replace(b"\x16\xc8\x01", b"\x16\xca\x01", 1) + content[-8:])
    assert pq.read_metadata(path).num_rows == 101
    fault = read_columns(path, "part.parquet", [ColumnRequest("ours", "theirs", Use.NUMBER)])
    assert isinstance(fault, LogFault)
    assert fault.kind is LogFaultKind.UNREADABLE
