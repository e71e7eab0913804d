"""Find the last image of a row in the log, to compare a stored row with it before a decision.

The index names, for each row, the number of the event that holds its last image. It follows from the events: a rebuild
makes it again, and a deep verification compares it with the events.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import duckdb

from data.records.row import Row
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)
RowAddress = tuple[str, str]
"""The table and the key of a row."""
_ROWS_A_STATEMENT = 500
_Item = TypeVar("_Item")


class _Found(NamedTuple):
    """A row of the index: its row number in this transaction, and the number of the event with the last image."""

    row: int
    seq: int


class RowIndex:
    """The table `row_image` on one connection, in the caller's transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def advance(self, written: Iterable[tuple[int, Sequence[tuple[str, str, int]]]]) -> None:
        """Store the numbers of events, each with the table, key and revision of the rows that it wrote, in order."""
        added: dict[RowAddress, int] = {}
        moved: dict[RowAddress, int] = {}
        for seq, images in written:
            for table, key, rev in images:
                place = (table, key)
                target = added if rev == 1 or place in added else moved
                target[place] = seq
        for batch in _batches([(*place, seq) for place, seq in added.items()]):
            values = [value for place in batch for value in place]
            self._connection.execute(f"INSERT INTO row_image VALUES {_marks(len(batch), '(?, ?, ?)')}", values)
        self._move([(one.row, moved[place]) for place, one in self._found(moved).items()])

    def _move(self, moves: Sequence[tuple[int, int]]) -> None:
        """Store new event numbers, each given after its row number: an update by key would read the whole table."""
        if len(moves) == 1:  # the usual case; the join below takes DuckDB twice as long
            self._connection.execute("UPDATE row_image SET seq = ? WHERE rowid = ?", [moves[0][1], moves[0][0]])
            return
        for batch in _batches(moves):
            self._connection.execute(
                f"UPDATE row_image SET seq = moved.seq FROM (VALUES {_marks(len(batch), '(?::BIGINT, ?::BIGINT)')}) "
                "AS moved (number, seq) WHERE row_image.rowid = moved.number",
                [value for move in batch for value in move],
            )

    def last_images(self, places: Iterable[RowAddress]) -> dict[RowAddress, Mapping[str, Any]]:
        """Return the last image of each of these rows that the log has; a row without an image is left out."""
        seqs = {place: one.seq for place, one in self._found(places).items()}
        images: dict[RowAddress, Mapping[str, Any]] = {}
        for batch in _batches(sorted(set(seqs.values()))):
            sql = f"SELECT seq, body FROM audit_event WHERE seq IN ({_marks(len(batch), '?')})"
            for seq, body in self._connection.execute(sql, batch).fetchall():
                for image in json.loads(body)["rows"]:
                    place = (image["table"], image["key"])
                    if seqs.get(place) == seq:
                        images[place] = image
        return images

    def differing(self, rows: Iterable[Row], tables: Iterable[str]) -> list[str]:
        """Return a text for each row that differs from its last image in the log, and each table that lost rows."""
        read = {(row.table, row.key): row for row in rows}
        images = self.last_images(read)
        edited = [place for place, row in sorted(read.items()) if not _is_image(row, images.get(place))]
        lost = self._lost(sorted(tables))
        return [f"{table} {key}" for table, key in edited] + [f"the rows of {table}" for table in lost]

    def _lost(self, tables: Sequence[str]) -> list[str]:
        """Return the tables that have another number of rows than the log has images of."""
        if not tables:
            return []
        marks = _marks(len(tables), "?")
        counts = f"SELECT table_name, count(*) FROM row_image WHERE table_name IN ({marks}) GROUP BY table_name"
        expected = dict(self._connection.execute(counts, tables).fetchall())
        present = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)
        row = self._connection.execute(f"SELECT {present}").fetchone() or ()
        return [table for table, count in zip(tables, row, strict=True) if count != expected.get(table, 0)]

    def fill(self, first: int, end: int) -> None:
        """Enter the rows of the events from number `first` to before `end`, as after a migration."""
        step = 1_000
        for start in range(first, end, step):
            sql = "SELECT seq, body FROM audit_event WHERE seq >= ? AND seq < ? ORDER BY seq"
            found = self._connection.execute(sql, [start, min(start + step, end)]).fetchall()
            self.advance((seq, _images(body)) for seq, body in found)

    def last_event(self, place: RowAddress) -> int | None:
        """Return the number of the event that holds the last image of a row; None without one."""
        found = self._found([place])
        return found[place].seq if place in found else None

    def _found(self, places: Iterable[RowAddress]) -> dict[RowAddress, _Found]:
        """Return where the last image of each row is, found by the index of keys; rows without one are left out."""
        needed = set(places)
        found: dict[RowAddress, _Found] = {}
        for batch in _batches(sorted({key for _, key in needed})):
            sql = f"SELECT table_name, key, rowid, seq FROM row_image WHERE key IN ({_marks(len(batch), '?')})"
            for table, key, row, seq in self._connection.execute(sql, batch).fetchall():
                if (table, key) in needed:
                    found[table, key] = _Found(row, seq)
        return found | self._scanned(needed - found.keys())

    def _scanned(self, places: set[RowAddress]) -> dict[RowAddress, _Found]:
        """Return where the last images of these rows are, read from the whole table.

        Only rows without an image come here, and rows that the index lacks: a process that was killed under an earlier
        version could leave such an index (see `data.files.database_file`).
        """
        if not places:
            return {}
        sql = "SELECT table_name, key, rowid, seq FROM row_image WHERE key || '' IN (SELECT unnest(?))"
        rows = self._connection.execute(sql, [sorted({key for _, key in places})]).fetchall()
        found = {(table, key): _Found(row, seq) for table, key, row, seq in rows if (table, key) in places}
        if found:
            LOG.warning("%s rows are not in the index row_image_by_key and were found without it", len(found))
        return found


def _is_image(row: Row, image: Mapping[str, Any] | None) -> bool:
    """Return True if the image has the revision and values of the row; a column missing in the image is null."""
    if image is None or image["rev"] != row.rev:
        return False
    values = row.image()["values"]
    assert isinstance(values, dict)
    return {name: value for name, value in values.items() if value is not None} == {
        name: value for name, value in image["values"].items() if value is not None
    }


def _images(body: bytes) -> list[tuple[str, str, int]]:
    return [(image["table"], image["key"], image["rev"]) for image in json.loads(body)["rows"]]


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _ROWS_A_STATEMENT):
        yield items[start : start + _ROWS_A_STATEMENT]


def _marks(count: int, mark: str) -> str:
    return ", ".join([mark] * count)
