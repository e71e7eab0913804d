"""The Arrow types that hold text, and those that hold numbers."""

from __future__ import annotations

import pyarrow as pa


def is_text(kind: pa.DataType) -> bool:
    """Return True if an Arrow type is text in any layout; a dictionary of text is not text itself."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def is_number(kind: pa.DataType) -> bool:
    """Return True if an Arrow type is a number of any kind and width; a truth value is none, nor is a dictionary."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
