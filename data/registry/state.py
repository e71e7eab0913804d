"""Read the state tables as frozen records, and write the next revision of a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

import duckdb
import rfc8785

from data.errors import ConflictError, NotFoundError
from data.records.events import EventType
from data.records.names import short
from data.records.row import Row, StorageKind

R = TypeVar("R", bound=Row)
_SHORT_LIST = 200
"""The greatest number of values with which each value of a column is compared."""
_NATURAL_SQL = """
list_transform(string_split(key, '/'), lambda part: CASE WHEN regexp_full_match(part, '[0-9]+')
THEN lpad(part, 20, '0') ELSE part END)
"""
"""Sorts keys as `_natural` does: version 10 after version 9."""


class Seen(NamedTuple):
    """The rows that were read, by table and key, and the tables that were asked, also where no row was found."""

    rows: dict[tuple[str, str], Row]
    tables: set[str]


class State:
    """The rows of the registry, as one transaction or snapshot sees them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.seen: Seen | None = None
        """What was read since this was last set; None where nobody collects it, as in queries."""

    def get(self, kind: type[R], key: str) -> R | None:
        """Return the row under this key, or None."""
        rows = self._select(kind, "WHERE key = ?", [key])
        return rows[0] if rows else None

    def need(self, kind: type[R], key: str) -> R:
        """Return the row under this key. Raises NotFoundError."""
        row = self.get(kind, key)
        if row is None:
            raise NotFoundError(f"there is no {kind.table.replace('_', ' ')} {short(key)}")
        return row

    def find(self, kind: type[R], /, **equals: str | int | bool) -> list[R]:
        """Return every row whose columns equal the values in `equals`, sorted by key."""
        columns = kind.stored_columns()
        names = [_quoted(name) for name in equals if name in columns]
        where = "WHERE " + " AND ".join(f"{name} = ?" for name in names) if names else ""
        return self._select(kind, where, list(equals.values()))

    def among(self, kind: type[R], column: str, values: Iterable[str], /, **equals: str | int | bool) -> list[R]:
        """Return every row, sorted by key, that has one of `values` in `column` and the values in `equals`."""
        names = [_quoted(name) for name in (column, *equals) if name in kind.stored_columns()]
        listed, given = _one_of(names[0], values)
        where = " AND ".join([listed, *(f"{name} = ?" for name in names[1:])])
        return self._select(kind, f"WHERE {where}", [*given, *equals.values()])

    def keys(self, kind: type[Row], /, **equals: str | int | bool) -> list[str]:
        """Return the keys of the rows whose columns equal the values in `equals`, sorted; no other column is read."""
        self._see(kind)
        names = [_quoted(name) for name in equals if name in kind.stored_columns()]
        where = " AND ".join(["true", *(f"{name} = ?" for name in names)])
        sql = f"SELECT key FROM {_quoted(kind.table)} WHERE {where}"
        found = self._connection.execute(sql, list(equals.values())).fetchall()
        return sorted((str(key) for (key,) in found), key=_natural)

    def owners(self, kind: type[Row], column: str, values: Iterable[str]) -> set[str]:
        """Return those of `values` that at least one row has in `column`; no other column is read.

        DuckDB removes repeated values of a long list only: for a short one that takes it longer than to return them.
        """
        self._see(kind)
        (name,) = [_quoted(one) for one in kind.stored_columns() if one == column]
        listed, given = _one_of(name, values)
        distinct = "DISTINCT " if isinstance(given[-1], list) and len(given[-1]) > _SHORT_LIST else ""
        sql = f"SELECT {distinct}{name} FROM {_quoted(kind.table)} WHERE {listed}"
        return {str(value) for (value,) in self._connection.execute(sql, given).fetchall()}

    def under(self, kind: type[R], prefix: str) -> list[R]:
        """Return every row whose key starts with `prefix/`, sorted by key."""
        return self._select(kind, "WHERE starts_with(key, ?)", [prefix + "/"])

    def page(
        self, kind: type[R], prefix: str = "", without: Iterable[str] = (), *, limit: int, offset: int = 0
    ) -> tuple[list[R], int]:
        """Return at most `limit` rows after the first `offset`, by key, and the number of all rows that match.

        A row matches if its key starts with `prefix/` (empty: any key) and its `state` is none of `without`.
        """
        left_out = list(without)
        where = ["starts_with(key, ?)", *(["state NOT IN (SELECT unnest(?::VARCHAR[]))"] if left_out else [])]
        values: list[object] = [prefix and prefix + "/", *([left_out] if left_out else [])]
        matching = f"WHERE {' AND '.join(where)}"
        counted = f"SELECT count(*) FROM {_quoted(kind.table)} {matching}"
        row = self._connection.execute(counted, values).fetchone()
        end = f"{matching} ORDER BY {_NATURAL_SQL} LIMIT ? OFFSET ?"
        return self._select(kind, end, [*values, limit, offset]), int(row[0]) if row else 0

    def greatest(self, kind: type[Row], column: str, /, **equals: str) -> str:
        """Return the greatest text in `column` of the rows whose columns equal `equals`; empty if there is none."""
        self._see(kind)
        named, *names = [_quoted(name) for name in (column, *equals) if name in kind.stored_columns()]
        where = " AND ".join(["true", *(f"{name} = ?" for name in names)])
        sql = f"SELECT coalesce(max({named}), '') FROM {_quoted(kind.table)} WHERE {where}"
        row = self._connection.execute(sql, list(equals.values())).fetchone()
        return str(row[0]) if row else ""

    def next_key(self, kind: type[R], prefix: str) -> tuple[str, int]:
        """Return the next free key `prefix/<n>` and its number n: the greatest number below the prefix plus 1."""
        self._see(kind)
        last = f"SELECT coalesce(max(TRY_CAST(substr(key, ?) AS BIGINT)), 0) FROM {_quoted(kind.table)}"
        row = self._connection.execute(f"{last} WHERE starts_with(key, ?)", [len(prefix) + 2, prefix + "/"]).fetchone()
        number = (int(row[0]) if row else 0) + 1
        return f"{prefix}/{number}", number

    def count_events(self, subject: str, types: Iterable[EventType], run: str) -> int:
        """Return the number of events of these types about a subject that `run` caused; an empty `run` means no run."""
        marks = [kind.value for kind in types]
        sql = "SELECT body FROM audit_event WHERE subject = ? AND list_contains(?::VARCHAR[], type)"
        rows = self._connection.execute(sql, [subject, marks]).fetchall()
        return sum(json.loads(body)["refs"].get("run", "") == run for (body,) in rows)

    def event_data(self, subject: str, kind: EventType) -> dict[str, Any]:
        """Return the `data` of the last event of a type about a subject; an empty dict when there is no such event."""
        sql = "SELECT body FROM audit_event WHERE subject = ? AND type = ? ORDER BY seq DESC LIMIT 1"
        row = self._connection.execute(sql, [subject, kind.value]).fetchone()
        return dict(json.loads(row[0])["data"]) if row else {}

    def event_id(self, subject: str, kind: EventType) -> str:
        """Return the id of the last event of a type about a subject; an empty text when there is no such event."""
        sql = "SELECT id FROM audit_event WHERE subject = ? AND type = ? ORDER BY seq DESC LIMIT 1"
        row = self._connection.execute(sql, [subject, kind.value]).fetchone()
        return str(row[0]) if row else ""

    def last_effective_at(self) -> str:
        """Return the business time of the last event as RFC 3339; an empty text before genesis."""
        row = self._connection.execute("SELECT effective_at FROM audit_event ORDER BY seq DESC LIMIT 1").fetchone()
        return str(row[0]) if row else ""

    def apply(self, row: Row) -> None:
        """Write the first or next revision of a row. Raises ConflictError unless the stored revision is `rev` − 1."""
        if not (self._inserted(row) if row.rev == 1 else self._updated(row)):
            raise ConflictError(f"{short(row.key)} was changed by another command in the meantime")

    def _see(self, kind: type[Row], rows: Iterable[Row] = ()) -> None:
        if self.seen is not None:
            self.seen.tables.add(kind.table)
            self.seen.rows.update(((kind.table, row.key), row) for row in rows)

    def _inserted(self, row: Row) -> bool:
        """Insert a row and return True, or return False when its key exists.

        A SELECT looks first, because INSERT … ON CONFLICT … RETURNING takes DuckDB three times as long.
        """
        table = _quoted(row.table)
        if self._connection.execute(f"SELECT 1 FROM {table} WHERE key = ?", [row.key]).fetchone():
            return False
        names = list(row.stored_columns())
        marks = ", ".join("?" for _ in names)
        sql = f"INSERT INTO {table} ({', '.join(map(_quoted, names))}) VALUES ({marks})"
        self._connection.execute(sql, _encoded(row))
        return True

    def _updated(self, row: Row) -> bool:
        """Update a row and return True, or return False when its previous revision is not the stored one.

        The statement returns the number of updated rows. With RETURNING it takes DuckDB three times as long.
        """
        sets = ", ".join(f"{_quoted(name)} = ?" for name in row.stored_columns() if name != "key")
        sql = f"UPDATE {_quoted(row.table)} SET {sets} WHERE key = ? AND rev = ?"
        values = [*_encoded(row)[1:], row.key, row.rev - 1]
        return self._connection.execute(sql, values).fetchone() == (1,)

    def _select(self, kind: type[R], where: str, values: Sequence[object]) -> list[R]:
        names = list(kind.stored_columns())
        sql = f"SELECT {', '.join(map(_quoted, names))} FROM {_quoted(kind.table)} {where}"
        found = [decoded(kind, row) for row in self._connection.execute(sql, list(values)).fetchall()]
        self._see(kind, found)
        return sorted(found, key=lambda row: _natural(row.key))


def _quoted(name: str) -> str:
    return f'"{name}"'


def _one_of(column: str, values: Iterable[str]) -> tuple[str, list[object]]:
    """Return the SQL condition that a quoted column has one of these values, and its parameters.

    For a short list the parts of the column outside its range are skipped, and the rest is compared with the list: a
    subquery, or a parameter for each value, takes DuckDB twice as long.
    """
    listed = list(values)
    if len(listed) == 1:
        return f"{column} = ?", list(listed)
    if 1 < len(listed) <= _SHORT_LIST:
        between = f"{column} >= ? AND {column} <= ? AND list_contains(?::VARCHAR[], {column})"
        return between, [min(listed), max(listed), listed]
    return f"{column} IN (SELECT unnest(?::VARCHAR[]))", [listed]


def _natural(key: str) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in key.split("/"))


@cache
def _kinds(kind: type[Row]) -> tuple[tuple[str, StorageKind], ...]:
    return tuple(kind.stored_columns().items())


def _encoded(row: Row) -> list[object]:
    values = row.model_dump(mode="json")
    return [
        rfc8785.dumps(values[name]).decode()
        if kind is StorageKind.NESTED and values[name] is not None
        else values[name]
        for name, kind in _kinds(type(row))
    ]


def decoded(kind: type[R], values: Sequence[object]) -> R:
    """Return the record with these column values, given in the order of the table's columns."""
    pairs = zip(_kinds(kind), values, strict=True)
    return kind.model_validate(
        {
            name: json.loads(value) if column is StorageKind.NESTED and isinstance(value, str) else value
            for (name, column), value in pairs
        }
    )
