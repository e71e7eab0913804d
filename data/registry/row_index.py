"""Find the last image of a row in the log, to compare a stored row with it before a decision.

The index names, for each row, the number of the event that holds its last image. It follows from the events: a rebuild
makes it again, and a deep verification compares it with the events.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

from data.records.row import Row

Place = tuple[str, str]
"""The table and the key of a row."""
_ROWS_A_STATEMENT = 500


class RowIndex:
    """The table `row_image` on one connection, in the caller's transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def advance(self, written: Iterable[tuple[int, Sequence[tuple[str, str, int]]]]) -> None:
        """Store the numbers of events, each with the table, key and revision of the rows that it wrote, in order."""
        added: dict[Place, int] = {}
        moved: dict[Place, int] = {}
        for seq, images in written:
            for table, key, rev in images:
                place = (table, key)
                target = added if rev == 1 or place in added else moved
                target[place] = seq
        for values, count in _batches(added):
            self._connection.execute(f"INSERT INTO row_image VALUES {_marks(count)}", values)
        for values, count in _batches(moved):
            self._connection.execute(
                f"UPDATE row_image SET seq = moved.seq FROM (VALUES {_marks(count)}) AS moved (table_name, key, seq) "
                "WHERE row_image.table_name = moved.table_name AND row_image.key = moved.key",
                values,
            )

    def last_images(self, places: Iterable[Place]) -> dict[Place, Mapping[str, Any]]:
        """Return the last image of each of these rows that the log has; a row without an image is left out."""
        seqs = {place: seq for place in places if (seq := self.last_event(place)) is not None}
        images: dict[Place, Mapping[str, Any]] = {}
        for seq in set(seqs.values()):
            row = self._connection.execute("SELECT body FROM audit_event WHERE seq = ?", [seq]).fetchone()
            for image in json.loads(row[0])["rows"] if row else []:
                place = (image["table"], image["key"])
                if seqs.get(place) == seq:
                    images[place] = image
        return images

    def differing(self, rows: Iterable[Row], tables: Iterable[str]) -> list[str]:
        """Return a text for each row that differs from its last image in the log, and each table that lost rows."""
        read = {(row.table, row.key): row for row in rows}
        images = self.last_images(read)
        edited = [place for place, row in sorted(read.items()) if not _is_image(row, images.get(place))]
        lost = [table for table in sorted(tables) if self._lost(table)]
        return [f"{table} {key}" for table, key in edited] + [f"the rows of {table}" for table in lost]

    def _lost(self, table: str) -> bool:
        """Return True if a table has another number of rows than the log has images of."""
        counts = f'SELECT (SELECT count(*) FROM "{table}"), (SELECT count(*) FROM row_image WHERE table_name = ?)'
        row = self._connection.execute(counts, [table]).fetchone()
        return row is None or row[0] != row[1]

    def fill(self, first: int, end: int) -> None:
        """Enter the rows of the events from number `first` to before `end`, as after a migration."""
        step = 1_000
        for start in range(first, end, step):
            sql = "SELECT seq, body FROM audit_event WHERE seq >= ? AND seq < ? ORDER BY seq"
            found = self._connection.execute(sql, [start, min(start + step, end)]).fetchall()
            self.advance((seq, _images(body)) for seq, body in found)

    def last_event(self, place: Place) -> int | None:
        """Return the number of the event that holds the last image of a row; None without one."""
        sql = "SELECT seq FROM row_image WHERE table_name = ? AND key = ?"
        row = self._connection.execute(sql, list(place)).fetchone()
        return int(row[0]) if row else None


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


def _batches(seqs: Mapping[Place, int]) -> Iterator[tuple[list[object], int]]:
    items = list(seqs.items())
    for start in range(0, len(items), _ROWS_A_STATEMENT):
        batch = items[start : start + _ROWS_A_STATEMENT]
        yield [value for (table, key), seq in batch for value in (table, key, seq)], len(batch)


def _marks(count: int) -> str:
    return ", ".join(["(?, ?, ?)"] * count)
