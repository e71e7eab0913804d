"""The base classes of all records: frozen values, and rows of state tables with a key and a revision."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict

from data.records.instant import Instant


class Frozen(BaseModel):
    """A value that cannot be changed after creation and rejects unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StorageKind(StrEnum):
    """How a field is stored in its table; nested values are stored as RFC 8785 text."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    BOOLEAN = "boolean"
    NESTED = "nested"


SQL_TYPES: Mapping[StorageKind, str] = {
    StorageKind.TEXT: "VARCHAR",
    StorageKind.INTEGER: "BIGINT",
    StorageKind.REAL: "DOUBLE",
    StorageKind.BOOLEAN: "BOOLEAN",
    StorageKind.NESTED: "VARCHAR",
}
"""The column type for each kind."""


class Row(Frozen):
    """One row of a state table. `rev` is 1 for a new row and rises by one with each change."""

    table: ClassVar[str]
    key: str
    rev: int = 1

    def changed(self, **values: object) -> Self:
        """Return the next revision of this row with these fields replaced and validated."""
        return type(self).model_validate({**dict(self), **values, "rev": self.rev + 1})

    def image(self) -> dict[str, object]:
        """Return the row image for an event: table, key, rev and every other field as JSON values."""
        values = self.model_dump(mode="json", exclude={"key", "rev"})
        return {"table": self.table, "key": self.key, "rev": self.rev, "values": values}

    @classmethod
    @cache
    def stored_columns(cls) -> dict[str, StorageKind]:
        """Return the storage kind of each field, in the order of the table."""
        return {name: _kind(field.annotation) for name, field in cls.model_fields.items()}


def _kind(annotation: Any) -> StorageKind:
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        some = [one for one in get_args(annotation) if one is not type(None)]
        return _kind(some[0]) if len(some) == 1 else StorageKind.NESTED
    if get_origin(annotation) is Literal:
        return _kind(type(get_args(annotation)[0]))
    if not isinstance(annotation, type):
        return StorageKind.NESTED
    if issubclass(annotation, bool):
        return StorageKind.BOOLEAN
    if issubclass(annotation, int):
        return StorageKind.INTEGER
    if issubclass(annotation, float):
        return StorageKind.REAL
    is_text = issubclass(annotation, str) or annotation is get_args(Instant)[0]
    return StorageKind.TEXT if is_text else StorageKind.NESTED
