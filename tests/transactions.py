"""Count the transactions and statements on the registry files that this process opens.

with counted_transactions() as counts:
    monitor_models()
assert transactions(counts) <= 10
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from data.registry import store
from tests.open_registry import close_all

KINDS = WRITING, READING, SINGLE = "writing", "reading", "single statement"
STATEMENTS = "statements"


class CountedConnection:
    """A DuckDB connection that counts its transactions, and the statements outside of a transaction except SET."""

    def __init__(self, connection: Any, counts: Counter[str]) -> None:
        self._connection, self._counts, self._inside = connection, counts, False

    def begin(self) -> None:
        """Begin a writing transaction."""
        self._counts[WRITING] += 1
        self._inside = True
        self._connection.begin()

    def commit(self) -> None:
        """Commit the transaction."""
        self._inside = False
        self._connection.commit()

    def rollback(self) -> None:
        """Roll the transaction back."""
        self._inside = False
        self._connection.rollback()

    def execute(self, sql: str, *values: Any) -> Any:
        """Execute and count a statement."""
        if sql.startswith("BEGIN"):
            self._counts[READING] += 1
            self._inside = True
        elif not self._inside and not sql.startswith("SET"):
            self._counts[SINGLE] += 1
        self._counts[STATEMENTS] += 1
        return self._connection.execute(sql, *values)

    def __enter__(self) -> CountedConnection:
        return self

    def __exit__(self, *raised: object) -> None:
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@contextmanager
def counted_transactions() -> Iterator[Counter[str]]:
    """Count the transactions on every connection that a store of this process opens while the block runs."""
    close_all()  # a connection that is open already would not be counted
    counts: Counter[str] = Counter()
    open_store = store.open_store

    def open_counted(*given: Any, **named: Any) -> CountedConnection:
        return CountedConnection(open_store(*given, **named), counts)

    store.open_store = open_counted  # type: ignore[assignment]
    try:
        yield counts
    finally:
        store.open_store = open_store
        close_all()  # a connection that stays open would count what is done after the block


def transactions(counts: Counter[str]) -> int:
    """Return the number of transactions of every kind."""
    return sum(counts[one] for one in KINDS)
