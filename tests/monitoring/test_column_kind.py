"""What a column's type says about how it is counted."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data.errors import LogFormatError
from monitoring.column_kind import ColumnKind, check_type, kinds_of, natural_kind, type_of

TYPES = {
    "64-bit integer": (pa.int64(), ColumnKind.NUMERIC),
    "float": (pa.float32(), ColumnKind.NUMERIC),
    "decimal": (pa.decimal128(8, 2), ColumnKind.NUMERIC),
    "text": (pa.string(), ColumnKind.CATEGORICAL),
    "boolean": (pa.bool_(), ColumnKind.CATEGORICAL),
    "dictionary of text": (pa.dictionary(pa.int32(), pa.large_string()), ColumnKind.CATEGORICAL),
    "time": (pa.timestamp("us"), None),
    "list": (pa.list_(pa.int64()), None),
}


@pytest.mark.parametrize(("kind", "expected"), TYPES.values(), ids=TYPES.keys())
def test_natural_kind(kind: pa.DataType, expected: ColumnKind | None) -> None:
    assert natural_kind(kind) is expected


def test_a_time_cannot_be_profiled_and_the_remedy_says_what_to_do() -> None:
    with pytest.raises(LogFormatError, match="train: column flown is timestamp") as refused:
        kinds_of(pa.schema([("flown", pa.timestamp("us"))]), {"flown": None}, "train")
    assert "take flown out of the profiled columns" in refused.value.remedy


def test_a_column_that_is_there_twice_is_refused() -> None:
    with pytest.raises(LogFormatError, match="there twice"):
        type_of(pa.schema([("a", pa.int64()), ("a", pa.int64())]), "a", "log")


def test_an_empty_schema_is_said_to_be_empty() -> None:
    with pytest.raises(LogFormatError, match="the columns are none"):
        type_of(pa.schema([]), "a", "log")


def test_a_dictionary_of_numbers_may_be_a_category_but_not_a_number() -> None:
    kind = pa.dictionary(pa.int32(), pa.int64())
    check_type(kind, ColumnKind.CATEGORICAL, "code", "log")
    with pytest.raises(LogFormatError, match="wanted numeric"):
        check_type(kind, ColumnKind.NUMERIC, "code", "log")
