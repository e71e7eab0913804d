"""Convert Arrow values for counting: numbers to doubles, categories to codes of a dictionary of text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from monitoring.arrays import FloatArray, IntArray


def numbers(array: pa.Array) -> FloatArray:
    """Return the values of a numeric array without nulls as float64; do not write to the result, it may share memory.

    Whole numbers beyond 2⁵³ are rounded to the nearest double.
    """
    plain = array.cast(pa.float64()) if pa.types.is_decimal(array.type) else array
    values: FloatArray = plain.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    return values


def words(array: pa.Array) -> pa.Array:
    """Return text, boolean or integer values, or a dictionary of these, as an array of text."""
    if pa.types.is_dictionary(array.type):
        return array.dictionary_decode().cast(pa.string())
    return array.cast(pa.string())


def coded(array: pa.Array) -> tuple[IntArray, pa.Array]:
    """Return the codes of the non-null values, and the dictionary of text they index, which may contain a null."""
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    codes = encoded.indices.drop_null() if encoded.indices.null_count else encoded.indices
    return codes.to_numpy(zero_copy_only=False).astype(np.int64, copy=False), encoded.dictionary.cast(pa.string())
