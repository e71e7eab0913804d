"""RFC 8785 by code of its own agrees with the published numbers and with the library that writes the log."""

from __future__ import annotations

import json
import math
import struct

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from data.audit.standalone.json_spelling import SpellingError, read_object, spell, spell_real

# RFC 8785 Appendix B: IEEE 754 bits and their text.
NUMBERS = {
    "0000000000000000": "0", "8000000000000000": "0", "0000000000000001": "5e-324", "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308", "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992", "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000", "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23", "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000", "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21", "3eb0c6f7a0b5ed8c": "9.999999999999997e-7", "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332", "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333", "43143ff3c1cb0959": "1424953923781206.2",
}  # fmt: skip
REFUSED = {
    "white space": b'{"a": 1}', "white space first": b' {"a":1}', "a line break last": b'{"a":1}\n',
    "names out of order": b'{"b":1,"a":2}', "a name twice": b'{"a":1,"a":1}', "an escape too many": b'{"a":"\\u0062"}',
    "an escaped slash": b'{"a":"\\/"}', "an escape in capitals": b'{"a":"\\u001F"}', "a raw control": b'{"a":"\x1f"}',
    "a real for an integer": b'{"a":1.0}', "an exponent": b'{"a":1e2}', "a capital exponent": b'{"a":1E+30}',
    "minus zero": b'{"a":-0}', "minus zero as a real": b'{"a":-0.0}', "too many digits": b'{"a":0.10}',
    "an inexact integer": b'{"a":9007199254740993}', "a long integer": b'{"a":1' + b"0" * 30 + b"}",
    "NaN": b'{"a":NaN}', "infinity": b'{"a":Infinity}', "too large": b'{"a":1e999}',
    "a lone surrogate": b'{"a":"\\udc00"}',
    "no UTF-8": b'{"a":"\xff"}', "a list": b"[]", "nothing": b"", "two objects": b"{}{}", "cut": b'{"a":',
    "deep": b'{"a":' * 100_000,
    # U+E000 comes before U+10000 by code point, after it by UTF-16 code unit.
    "names sorted by code point": '{"\ue000":1,"\U00010000":2}'.encode(),
}  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    LEAVES | st.text(), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@pytest.mark.parametrize("bits", NUMBERS)
def test_a_number_has_the_published_text(bits: str) -> None:
    (real,) = struct.unpack(">d", bytes.fromhex(bits))
    assert spell_real(real) == NUMBERS[bits]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_real_has_the_text_that_the_writer_gives_it(real: float) -> None:
    assert spell_real(real).encode() == rfc8785.dumps(real)


@settings(max_examples=20)
@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_what_the_writer_writes_is_read_back_and_written_the_same(value: dict[str, object]) -> None:
    body = rfc8785.dumps(value)  # type: ignore[arg-type]
    found = read_object(body)
    assert found == json.loads(body)
    assert spell(found).encode() == body


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_another_spelling_is_refused(body: bytes) -> None:
    assert read_object(body) is None


def test_names_beyond_the_basic_plane_are_sorted_by_utf_16() -> None:
    body = '{"\U00010000":2,"\ue000":1}'.encode()
    assert rfc8785.dumps(json.loads(body)) == body
    assert read_object(body) == {"\U00010000": 2, "\ue000": 1}


@pytest.mark.parametrize("real", [math.nan, math.inf, -math.inf])
def test_a_real_without_a_text_is_refused(real: float) -> None:
    with pytest.raises(SpellingError):
        spell_real(real)
