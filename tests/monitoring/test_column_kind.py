"""The kind of a column follows from its Arrow type or from the caller."""

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
def test_the_kind_follows_from_the_type(kind: pa.DataType, expected: ColumnKind | None) -> None:
    assert natural_kind(kind) is expected


def test_a_time_column_is_refused_with_a_remedy() -> None:
    with pytest.raises(LogFormatError, match="train: column flown has type timestamp") as refused:
        kinds_of(pa.schema([("flown", pa.timestamp("us"))]), {"flown": None}, "train")
    assert "remove flown from the profiled columns" in refused.value.remedy


def test_a_duplicate_column_is_refused() -> None:
    with pytest.raises(LogFormatError, match="column a occurs twice"):
        type_of(pa.schema([("a", pa.int64()), ("a", pa.int64())]), "a", "log")


def test_the_message_says_that_a_schema_has_no_columns() -> None:
    with pytest.raises(LogFormatError, match="column a is missing; the columns are: none"):
        type_of(pa.schema([]), "a", "log")


def test_a_dictionary_of_numbers_can_be_categorical_but_not_numeric() -> None:
    kind = pa.dictionary(pa.int32(), pa.int64())
    check_type(kind, ColumnKind.CATEGORICAL, "code", "log")
    with pytest.raises(LogFormatError, match="cannot be counted as numeric"):
        check_type(kind, ColumnKind.NUMERIC, "code", "log")
