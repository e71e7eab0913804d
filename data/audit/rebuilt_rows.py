"""Turns row images into tables that DuckDB inserts at once, with the types of the columns in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from data.audit.body import canonical_text
from data.errors import JournalError, StoreError

_Images = list[tuple[int, Mapping[str, Any]]]
_COLUMNS = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY column_index"


class ArrivingRows:
    """The last images of rows, collected by table; a column that an image lacks is null."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._kinds: dict[str, dict[str, str]] = {}
        for table, column, kind in connection.execute(_COLUMNS).fetchall():
            self._kinds.setdefault(table, {})[column] = kind
        self._images: dict[str, _Images] = {}

    def add(self, seq: int, images: Sequence[Mapping[str, Any]]) -> None:
        """Collect images of the event number `seq`. Raises `StoreError` for a table that the database lacks."""
        for image in images:
            if image["table"] not in self._kinds:
                raise _missing(f"the table {image['table']}", seq)
            self._images.setdefault(image["table"], []).append((seq, image))

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """Yield each table's name with its collected rows, and forget them.

        Raises `StoreError` for a column that the database lacks, `JournalError` for a value that does not fit.
        """
        arrived, self._images = self._images, {}
        for table, images in arrived.items():
            cells = {name: [_value(image, name) for _, image in images] for name in _names(images)}
            yield table, pa.table({name: self._column(table, name, images, values) for name, values in cells.items()})

    def _column(self, table: str, name: str, images: _Images, values: list[Any]) -> pa.Array:
        kind = self._kinds[table].get(name)
        seqs = [seq for seq, _ in images]
        if kind is None:
            raise _missing(f"the column {name} of {table}", seqs[0])
        type_, convert = _TYPES.get(kind, _TYPES["VARCHAR"])
        cells = []
        for seq, value in zip(seqs, values, strict=True):
            try:
                cells.append(None if value is None else convert(value))
            except (ValueError, TypeError, OverflowError) as broken:
                what = f"event {seq} has a value for {table}.{name} that is no {kind}: {broken}"
                raise JournalError(what, "restore the journal from its backup") from broken
        return pa.array(cells, type_)


def _names(images: _Images) -> list[str]:
    return ["key", "rev", *sorted({name for _, image in images for name in image["values"]})]


def _value(image: Mapping[str, Any], name: str) -> Any:
    return image[name] if name in ("key", "rev") else image["values"].get(name)


def _text(value: Any) -> str:
    """Return a value as its column stores it: lists and objects as RFC 8785 text."""
    return value if isinstance(value, str) else canonical_text(value)


def _missing(what: str, seq: int) -> StoreError:
    return StoreError(
        f"the registry cannot be rebuilt: event {seq} writes {what}, which its schema does not have",
        "rebuild it with the version of modelward that wrote it, or a later one",
    )


_TYPES: Mapping[str, tuple[pa.DataType, Callable[[Any], Any]]] = {
    "VARCHAR": (pa.string(), _text),
    "BIGINT": (pa.int64(), int),
    "INTEGER": (pa.int64(), int),
    "DOUBLE": (pa.float64(), float),
    "BOOLEAN": (pa.bool_(), bool),
}
"""For each type of a column the type of the values that are inserted, and their conversion from JSON."""
