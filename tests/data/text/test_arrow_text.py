"""An Arrow type is text in each of its layouts, and no other type is."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data.text.arrow_text import is_text

TYPES = {
    "text": (pa.string(), True),
    "large text": (pa.large_string(), True),
    "a view of text": (pa.string_view(), True),
    "bytes": (pa.binary(), False),
    "a dictionary of text": (pa.dictionary(pa.int32(), pa.string()), False),
    "a number": (pa.int64(), False),
}


@pytest.mark.parametrize(("kind", "expected"), TYPES.values(), ids=TYPES)
def test_each_layout_of_text_is_text(kind: pa.DataType, expected: bool) -> None:
    assert is_text(kind) is expected
