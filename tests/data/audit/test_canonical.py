"""The verifier's own implementation of RFC 8785 agrees with the library that writes bodies, and accepts nothing
else."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from data.audit.verifier import canonical
from data.audit.verifier.canonical import parse_all, write

SAFE = 2**53 - 1
NUMBERS = st.integers(-SAFE, SAFE) | st.floats(allow_nan=False, allow_infinity=False)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(params=[True, False], ids=["with orjson", "without orjson"], autouse=True, scope="module")
def with_orjson(request: pytest.FixtureRequest) -> Iterator[None]:
    """The packed verifier also runs where orjson is not installed: both ways decide alike."""
    assert canonical._HAS_ORJSON
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical, "_HAS_ORJSON", request.param)
        yield


@given(VALUES)
def test_write_gives_the_same_text_as_the_library(value: object) -> None:
    assert write(value).encode() == rfc8785.dumps(value)


@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=4), min_size=1, max_size=4))
def test_text_written_by_the_library_is_canonical(values: list[dict[str, object]]) -> None:
    assert None not in parse_all([rfc8785.dumps(value) for value in values])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_python_and_javascript_spellings_of_one_real(real: float) -> None:
    """Python's own spelling is canonical exactly where RFC 8785 spells it so."""
    (event,) = parse_all([b'{"x":%b}' % repr(real).encode()])
    assert (event is not None) == (repr(real).encode() == rfc8785.dumps(real))


NOT_CANONICAL = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "two objects": b"{}{}",
    "a space after": b"{} ",
    "a space before": b" {}",
    "a space within": b'{"a": 1}',
    "keys out of order": b'{"b":1,"a":2}',
    "keys in the order of code points, not of UTF-16": '{"\ue000":1,"\U0001f600":2}'.encode(),
    "a key twice": b'{"a":1,"a":1}',
    "a real spelt as such": b'{"a":1.0}',
    "an exponent in capitals": b'{"a":1E30}',
    "an exponent without its sign": b'{"a":1e30}',
    "minus zero": b'{"a":-0}',
    "minus zero as a real": b'{"a":-0.0}',
    "a small real with an exponent too early": b'{"a":1e-6}',
    "a small real with an exponent too early, in a list": b'{"a":[0,1.5e-6]}',
    "a large real with an exponent too early": b'{"a":1e+20}',
    "an exponent with a zero": b'{"a":1e-07}',
    "a small real without its exponent": b'{"a":0.0000001}',
    "infinity": b'{"a":Infinity}',
    "a real too large": b'{"a":1e400}',
    "an integer that is not exact": b'{"a":9007199254740993}',
    "an integer too large": b'{"a":%b}' % (b"1" * 400),
    "an integer larger than Python reads": b'{"a":%b}' % (b"1" * 5000),
    "a needless escape": b'{"a":"\\u0041"}',
    "an escape in capitals": b'{"a":"\\u000F"}',
    "a slash escaped": b'{"a":"\\/"}',
    "half a surrogate pair": b'{"a":"\\ud800"}',
    "no UTF-8": b'{"a":"\xff"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "too deep": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("body", NOT_CANONICAL.values(), ids=NOT_CANONICAL.keys())
def test_bodies_that_are_not_canonical_are_found_among_canonical_ones(body: bytes) -> None:
    assert parse_all([b'{"a":1}', body, b'{"b":1e-7}']) == [{"a": 1}, None, {"b": 1e-7}]


def test_bodies_that_are_canonical_only_when_joined_are_rejected() -> None:
    """Joined with a comma they would read as two objects."""
    assert parse_all([b'{"a":1},{"b":[{"x":1}', b'{"y":2}]}']) == [None, None]


def test_keys_are_in_the_order_of_utf_16() -> None:
    body = '{"\U0001f600":2,"\ue000":1}'.encode()
    assert parse_all([body]) == [json.loads(body)]


@pytest.mark.parametrize("real", [math.nan, math.inf])
def test_a_value_without_canonical_form_is_not_written(real: float) -> None:
    with pytest.raises(ValueError, match=str(real)):
        write([real])


def test_names_are_sorted_by_their_utf_16_form() -> None:
    """U+1F600 is written D83D DE00 in UTF-16 and so comes before U+FF21, although its code point is greater."""
    sorted_by_utf_16 = '{"\U0001f600":1,"\uff21":2}'.encode()
    sorted_by_code_point = '{"\uff21":2,"\U0001f600":1}'.encode()
    assert parse_all([sorted_by_utf_16]) == [{"\U0001f600": 1, "\uff21": 2}]
    assert parse_all([sorted_by_code_point]) == [None]
