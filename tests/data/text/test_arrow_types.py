"""An Arrow type is text in each of its layouts, and a number in each of its kinds, and no other type is."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data.text.arrow_types import is_number, is_text

TEXTS = {
    "text": (pa.string(), True),
    "large text": (pa.large_string(), True),
    "a view of text": (pa.string_view(), True),
    "bytes": (pa.binary(), False),
    "a dictionary of text": (pa.dictionary(pa.int32(), pa.string()), False),
    "a number": (pa.int64(), False),
}


@pytest.mark.parametrize(("kind", "expected"), TEXTS.values(), ids=TEXTS)
def test_each_layout_of_text_is_text(kind: pa.DataType, expected: bool) -> None:
    assert is_text(kind) is expected


NUMBERS = {
    "a whole number": (pa.uint8(), True),
    "a real number": (pa.float16(), True),
    "a decimal": (pa.decimal128(9, 2), True),
    "a wide decimal": (pa.decimal256(50, 2), True),
    "a truth value": (pa.bool_(), False),
    "a time": (pa.timestamp("us"), False),
    "a dictionary of numbers": (pa.dictionary(pa.int32(), pa.int64()), False),
    "text": (pa.string(), False),
}


@pytest.mark.parametrize(("kind", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_each_kind_of_number_is_a_number(kind: pa.DataType, expected: bool) -> None:
    assert is_number(kind) is expected
