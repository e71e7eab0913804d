"""Count the rows and events that the code under test reads, instead of measuring its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pytest

from data.records.row import Row
from data.registry import state
from data.registry.store import Store


def count_rows(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return a counter of the rows that are read from now on, by their table."""
    seen: Counter[str] = Counter()
    kept = state.decoded

    def decoded(kind: type[Row], values: Sequence[object]) -> Row:
        seen[kind.table] += 1
        return kept(kind, values)

    monkeypatch.setattr(state, "decoded", decoded)
    return seen


def list_read_events(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list of the event numbers that are fetched from the log from now on, in snapshots of the registry."""
    seen: list[int] = []
    kept = Store.reading

    @contextmanager
    def reading(store: Store) -> Iterator[_CountedConnection]:
        with kept(store) as connection:
            yield _CountedConnection(connection, seen)

    monkeypatch.setattr(Store, "reading", reading)
    return seen


class _CountedConnection:
    """A connection that adds each whole number fetched from the table of events to a list."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seen: list[int]) -> None:
        self._connection, self._seen = connection, seen
        self._reads_events = False

    def execute(self, sql: str, *values: object) -> _CountedConnection:
        self._reads_events = "FROM audit_event" in sql
        self._connection.execute(sql, *values)
        return self

    def fetchall(self) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = self._connection.fetchall()
        self._count(rows)
        return rows

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def _count(self, value: object) -> None:
        if self._reads_events and isinstance(value, list | tuple):
            for part in value:
                self._count(part)
        elif self._reads_events and isinstance(value, int):
            self._seen.append(value)
