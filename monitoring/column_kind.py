"""Is a column a number or a category? Its Arrow type says, unless the plan says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pyarrow as pa

from data.errors import LogFormatError


class ColumnKind(StrEnum):
    """How a column is counted."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


def natural_kind(kind: pa.DataType) -> ColumnKind | None:
    """Numbers are numeric; text, booleans and dictionaries of text categorical; None for anything else."""
    if pa.types.is_dictionary(kind):
        return natural_kind(kind.value_type)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return ColumnKind.NUMERIC
    if _is_text(kind) or pa.types.is_boolean(kind):
        return ColumnKind.CATEGORICAL
    return None


def kinds_of(schema: pa.Schema, columns: Mapping[str, ColumnKind | None], source: str) -> dict[str, ColumnKind]:
    """The kind of each column of `columns`: the one given, or by its type where None is given.

    Raises:
        LogFormatError: a column is missing, or its type cannot be counted as that kind.
    """
    kinds = {}
    for name, given in columns.items():
        kind = type_of(schema, name, source)
        chosen = given or natural_kind(kind)
        if chosen is None:
            raise LogFormatError(
                f"{source}: column {name} is {kind}; a number, text, boolean or dictionary can be profiled",
                f"take {name} out of the profiled columns, or write it as a number or as text",
            )
        check_type(kind, chosen, name, source)
        kinds[name] = chosen
    return kinds


def type_of(schema: pa.Schema, name: str, source: str) -> pa.DataType:
    """The Arrow type of column `name`.

    Raises:
        LogFormatError: there is no such column, or two of that name.
    """
    index: int = schema.get_field_index(name)
    if index < 0:
        there = ", ".join(dict.fromkeys(schema.names)) or "none"
        raise LogFormatError(f"{source}: column {name} is missing or there twice; the columns are {there}")
    return schema.field(index).type


def check_type(kind: pa.DataType, required: ColumnKind, name: str, source: str) -> None:
    """Pass when values of type `kind` can be counted as `required`; a column of nulls alone always can.

    Raises:
        LogFormatError: they cannot; names file, column, actual and required type.
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
            f"{source}: column {name} is {kind}; wanted {required} ({allowed[required]})",
            f"write {name} with the type it had in the reference, or build a new reference",
        )


def _is_text(kind: pa.DataType) -> bool:
    """Text of any of Arrow's layouts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
