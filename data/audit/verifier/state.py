"""Rebuilds every state table from only the row images in the events, and compares the stored tables with the
result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from data.audit.verifier.canonical import write
from data.audit.verifier.catalog import SEALED_TABLES, AttachedRegistry
from data.audit.verifier.report import SHOWN_A_PLACE, Findings

_IMAGE = {"table": str, "key": str, "rev": int, "values": dict}
_BATCH = 5_000


class RowImage(NamedTuple):
    """The last image of a row: its revision, the number of its event, and a digest of its values."""

    rev: int
    seq: int
    digest: bytes


class RebuiltState:
    """The fold of the events. Values are kept as digests, so that a registry larger than memory can be checked."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rows: dict[str, dict[str, RowImage]] = {}
        self._columns: dict[str, set[str]] = {}

    def fold(self, seq: int, images: list[Any]) -> None:
        """Apply the row images of event `seq`; add a finding for a wrong revision or an ill-formed image."""
        for image in images:
            if type(image) is not dict or {name: type(value) for name, value in image.items()} != _IMAGE:
                self._findings.add("a row image does not consist of table, key, rev and values", seq=seq)
                continue
            table, key, values = image["table"], image["key"], image["values"]
            rows = self._rows.setdefault(table, {})
            former = rows[key].rev if key in rows else self.base_revision(image["rev"])
            if image["rev"] != former + 1:
                what = f"revision {image['rev']} of {table} {key!r} follows revision {former}"
                self._findings.add(what, seq=seq)
            rows[key] = RowImage(image["rev"], seq, _digest({name: _stored(value) for name, value in values.items()}))
            self._columns.setdefault(table, set()).update(values)

    def base_revision(self, rev: int) -> int:
        """Return the revision before the first image of a row, which has revision `rev`: 0, as no event is before."""
        return 0

    def compare(self, registry: AttachedRegistry, declared: dict[str, dict[str, str]] | None) -> None:
        """Compare every table of the registry with the fold, row by row and column by column."""
        tables = {name: columns for name, columns in registry.tables.items() if name not in SEALED_TABLES}
        for table in sorted(tables.keys() | self._rows.keys() | (declared or {}).keys()):
            if table not in tables:
                self._findings.add("the table is missing", table=table)
            elif self._has_its_columns(table, tables[table], declared):
                with self._findings.catching("the table", table=table):
                    self._compare_rows(registry, table)

    def compare_row_index(self, registry: AttachedRegistry) -> None:
        """Compare the index of row images with the events: for each row the number of its last event."""
        missing = {table: set(rows) for table, rows in self._rows.items()}
        for table, key, seq in self.indexed_rows(registry):
            is_first = key in missing.get(table, ())
            if not is_first or self._rows[table][key].seq != seq:
                self._findings.add(f"the last event of {table} {key} is not event {seq}", table="row_image", key=key)
            if is_first:
                missing[table].remove(key)
        for table, keys in missing.items():
            for key in sorted(keys):
                what = f"{table} {key}, which event {self._rows[table][key].seq} wrote, is missing"
                self._findings.add(what, table="row_image", key=key)

    def indexed_rows(self, registry: AttachedRegistry) -> Iterator[tuple[Any, ...]]:
        """Yield table, key and event of each entry of the index of row images that the fold must contain: all."""
        cursor = registry.stream("row_image", ["table_name", "key", "seq"], None)
        while batch := cursor.fetchmany(_BATCH):
            yield from batch

    def _has_its_columns(self, table: str, columns: dict[str, str], declared: dict[str, dict[str, str]] | None) -> bool:
        if declared is not None and table not in declared:
            self._findings.add("the log declares no such table", table=table)
        written = self._columns.get(table, set()) | {"key", "rev"}
        needed = written if declared is None else set(declared.get(table, written))
        kinds = {} if declared is None else declared.get(table, {})
        for name in sorted(needed - columns.keys()):
            self._findings.add(f"column {name} is missing", table=table)
        for name in sorted(columns.keys() - needed) if table in self._rows or declared else ():
            self._findings.add(f"column {name} does not occur in the log", table=table)
        for name in sorted(n for n, kind in kinds.items() if columns.get(n, kind) != kind):
            self._findings.add(f"column {name} has type {columns[name]}, the log declares {kinds[name]}", table=table)
        return columns.keys() >= needed | {"key", "rev"}

    def _compare_rows(self, registry: AttachedRegistry, table: str) -> None:
        images = self._rows.get(table, {})
        missing = set(images)
        differing = []
        for row in self.stored_rows(registry, table):
            key = str(row["key"])
            if key not in missing:
                self._findings.add("no event wrote this row", table=table, key=key)
                continue
            missing.remove(key)
            if not _is_image(images[key], row):
                differing.append((images[key], row["key"]))
        for image, key in differing[:SHOWN_A_PLACE]:
            self._add_differing_columns(registry, table, image, key)
        for image, key in differing[SHOWN_A_PLACE:]:
            self._findings.add(f"the row differs from event {image.seq}", table=table, key=key)
        for key in sorted(missing):
            self._findings.add(f"the row that event {images[key].seq} wrote is missing", table=table, key=key)

    def stored_rows(self, registry: AttachedRegistry, table: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table that the fold must contain: all of them."""
        return _rows(registry, table)

    def rows_under(self, registry: AttachedRegistry, table: str, keys: list[str]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table under these keys."""
        return _rows(registry, table, keys)

    def _add_differing_columns(self, registry: AttachedRegistry, table: str, image: RowImage, key: str) -> None:
        """Read the row and its event again, and add a finding with the columns that differ."""
        (row,) = _rows(registry, table, [key])
        ((body,),) = registry.rows("SELECT body FROM audited.main.audit_event WHERE seq = ?", image.seq)
        images = [one for one in json.loads(body)["rows"] if (one["table"], one["key"]) == (table, key)]
        written = {"rev": image.rev} | {name: _stored(value) for name, value in images[-1]["values"].items()}
        wrong = sorted(name for name in row if name != "key" and _cell(row[name]) != _cell(written.get(name)))
        what = f"the row differs from event {image.seq} in {', '.join(wrong)}"
        self._findings.add(what, table=table, key=key)


def _rows(registry: AttachedRegistry, table: str, keys: list[str] | None = None) -> Iterator[dict[str, Any]]:
    names = list(registry.tables[table])
    cursor = registry.stream(table, names, keys)
    while batch := cursor.fetchmany(_BATCH):
        yield from (dict(zip(names, cells, strict=True)) for cells in batch)


def _is_image(image: RowImage, row: dict[str, Any]) -> bool:
    values = {name: value for name, value in row.items() if name not in {"key", "rev"}}
    return row["rev"] == image.rev and _digest(values) == image.digest


def _stored(value: object) -> object:
    """Return a value of an image as its column stores it: lists and objects as RFC 8785 text."""
    return write(value) if isinstance(value, (dict, list)) else value


def _cell(value: object) -> object:
    """Return type and value of a cell, with a whole real as an integer; the type distinguishes 1 from true."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return type(value).__name__, value


def _digest(values: dict[str, Any]) -> bytes:
    """Return the digest of the values that are not null; a column added later is null in older rows."""
    cells = sorted((name, _cell(value)) for name, value in values.items() if value is not None)
    return hashlib.sha256(repr(cells).encode("utf-8", "surrogatepass")).digest()
