"""Applies the row images of the events, and compares the exported tables with the result, row by row.

A row is kept as its revision, the number of its event and a digest, so a registry larger than memory can be checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from data.audit.standalone.fault_list import FaultList, shown
from data.audit.standalone.json_spelling import plain_text, read_object

EVERYTHING = "all"


class LastImage(NamedTuple):
    """The last image of a row: its revision, the number of its event, a digest of its values."""

    rev: int
    seq: int
    digest: bytes


class RowFold:
    """The rows that result from the events, of the whole registry or of one model (its key)."""

    def __init__(self, scope: str, faults: FaultList, journal: str) -> None:
        self._scope, self._faults, self._journal = scope, faults, journal
        self._tables: dict[str, dict[str, LastImage]] = {}
        self._columns: dict[str, set[str]] = {}
        self.compared = 0

    def apply(self, seq: int, images: list[dict[str, Any]]) -> None:
        """Apply the row images of event `seq`; record a fault for a revision that does not follow the former one."""
        for image in images:
            table, key, rev = image["table"], image["key"], image["rev"]
            if not self._is_in_scope(key):
                continue
            rows = self._tables.setdefault(table, {})
            former = rows[key].rev if key in rows else 0
            if rev != former + 1:
                self._faults.add(
                    f"revision {rev} of {shown(table)} {shown(key)} follows revision {former}", self._journal, seq
                )
            rows[key] = LastImage(rev, seq, _digest_of(image["values"]))
            self._columns.setdefault(table, set()).update(image["values"])

    def table_names(self, declared: dict[str, dict[str, Any]] | None) -> list[str]:
        """Return the tables that an export must have: those that the log declares, or that an event wrote to."""
        return sorted(self._tables.keys() | (declared or {}).keys())

    def compare(self, table: str, declared: dict[str, Any] | None, lines: Iterable[bytes], place: str) -> None:
        """Compare the lines of an exported table, one JSON object a row, with the rows of the fold."""
        expected = dict(self._tables.get(table, {}))
        columns = {"key", "rev"} | (set(declared) if declared else self._columns.get(table, set()))
        for number, line in enumerate(lines, 1):
            row = read_object(line)
            if row is None or type(row.get("key")) is not str or type(row.get("rev")) is not int:
                self._faults.add(f"line {number} is not a row with key and rev in canonical JSON", place)
                continue
            fault = self._row_fault(row, expected.pop(row["key"], None), columns)
            self.compared += 1
            if fault:
                self._faults.add(fault, place)
        for key, image in expected.items():
            self._faults.add(f"the row {shown(key)}, written by event {image.seq}, is missing", place)

    def _row_fault(self, row: dict[str, Any], image: LastImage | None, columns: set[str]) -> str:
        key = shown(row["key"])
        if image is None:
            return f"no event wrote the row {key}, or it occurs twice"
        values = {name: value for name, value in row.items() if name not in {"key", "rev"}}
        if row["rev"] != image.rev or _digest_of(values) != image.digest:
            return f"the row {key} differs from its last image, which event {image.seq} holds"
        return "" if set(row) == columns else f"the row {key} does not have the columns that the log declares"

    def _is_in_scope(self, key: str) -> bool:
        return self._scope == EVERYTHING or key == self._scope or key.startswith(self._scope + "/")


def _digest_of(values: dict[str, Any]) -> bytes:
    """Return the digest of the values that are not null; a column that was added later is null in older rows."""
    present = {name: value for name, value in values.items() if value is not None}
    return hashlib.sha256(plain_text(present).encode("utf-8", "surrogatepass")).digest()
