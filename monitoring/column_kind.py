"""Decide whether a column is numeric or categorical: by its Arrow type, unless the caller states the kind."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pyarrow as pa

from data.errors import LogFormatError
from data.text.arrow_types import is_number, is_text


class ColumnKind(StrEnum):
    """How a column is counted."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


def natural_kind(kind: pa.DataType) -> ColumnKind | None:
    """Return the kind for an Arrow type: numbers are numeric, text and booleans are categorical.

    A dictionary has the kind of its values. The result is None for any other type, such as a time or a list.
    """
    if pa.types.is_dictionary(kind):
        return natural_kind(kind.value_type)
    if is_number(kind):
        return ColumnKind.NUMERIC
    if is_text(kind) or pa.types.is_boolean(kind):
        return ColumnKind.CATEGORICAL
    return None


def kinds_of(schema: pa.Schema, columns: Mapping[str, ColumnKind | None], source: str) -> dict[str, ColumnKind]:
    """Return the kind of each column in `columns`: the given kind, or the kind of its Arrow type if None is given.

    Raises:
        LogFormatError: a column is missing, or its type cannot be counted as that kind.
    """
    kinds = {}
    for name, given in columns.items():
        kind = type_of(schema, name, source)
        chosen = given or natural_kind(kind)
        if chosen is None:
            raise LogFormatError(
                f"{source}: column {name} has type {kind} and cannot be profiled",
                f"remove {name} from the profiled columns, or write it as a number, text or boolean",
            )
        check_type(kind, chosen, name, source)
        kinds[name] = chosen
    return kinds


def type_of(schema: pa.Schema, name: str, source: str) -> pa.DataType:
    """Return the Arrow type of column `name`.

    Raises:
        LogFormatError: there is no such column, or two of that name.
    """
    index: int = schema.get_field_index(name)
    if index < 0:
        present = ", ".join(dict.fromkeys(schema.names)) or "none"
        fault = "occurs twice" if name in schema.names else "is missing"
        raise LogFormatError(f"{source}: column {name} {fault}; the columns are: {present}")
    return schema.field(index).type


def check_type(kind: pa.DataType, required: ColumnKind, name: str, source: str) -> None:
    """Check that values of type `kind` can be counted as `required`; a column that has only nulls always can.

    Raises:
        LogFormatError: the values cannot be counted so; the message gives file, column, actual and required type.
    """
    natural = natural_kind(kind)
    whole = pa.types.is_integer(kind.value_type if pa.types.is_dictionary(kind) else kind)
    fits: dict[ColumnKind, Any] = {
        ColumnKind.NUMERIC: natural is ColumnKind.NUMERIC and not pa.types.is_dictionary(kind),
        ColumnKind.CATEGORICAL: natural is ColumnKind.CATEGORICAL or whole,
    }
    if not (pa.types.is_null(kind) or fits[required]):
        allowed = {
            ColumnKind.NUMERIC: "integer, floating point or decimal",
            ColumnKind.CATEGORICAL: "text, boolean, integer or a dictionary of these",
        }
        raise LogFormatError(
            f"{source}: column {name} has type {kind} and cannot be counted as {required} ({allowed[required]})",
            f"write {name} with the type that it has in the reference, or register a version with a new reference",
        )
