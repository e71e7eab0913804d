"""Arrow values are converted to doubles or to codes of a dictionary of text."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from monitoring.column_values import coded, numbers, words

NUMBERS = {
    "integers": (pa.array([1, 2], pa.int16()), [1.0, 2.0]),
    "decimals": (pa.array([Decimal("1.25")]), [1.25]),
    "whole numbers beyond 2**53": (pa.array([2**53 + 1]), [float(2**53)]),
    "nothing": (pa.array([], pa.null()), []),
}
WORDS = {
    "text": pa.array(["1", "2", "1"]),
    "integers": pa.array([1, 2, 1]),
    "a dictionary": pa.array(["1", "2", "1"]).dictionary_encode(),
    "a dictionary of integers": pa.array([1, 2, 1]).dictionary_encode(),
}


@pytest.mark.parametrize(("array", "expected"), NUMBERS.values(), ids=NUMBERS.keys())
def test_numbers_are_converted_to_doubles(array: pa.Array, expected: list[float]) -> None:
    assert numbers(array).tolist() == expected
    assert numbers(array).dtype == float


@pytest.mark.parametrize("array", WORDS.values(), ids=WORDS.keys())
def test_words_and_codes_have_the_same_text(array: pa.Array) -> None:
    codes, dictionary = coded(array)
    assert words(array).to_pylist() == ["1", "2", "1"]
    assert dictionary.take(pa.array(codes)).to_pylist() == ["1", "2", "1"]


def test_null_codes_are_left_out() -> None:
    assert coded(pa.array(["a", None, "a"]))[0].tolist() == [0, 0]
