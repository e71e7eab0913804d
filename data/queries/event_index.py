"""Which events of the log name each model: read once, and after that only as far as the log has grown.

What is wanted of one model among a thousand is then fetched by number: no page costs the whole log.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import duckdb


class EventIndex:
    """The numbers of the events that name each model, or anything below it, by the model's key; nothing at first."""

    def __init__(self) -> None:
        self._numbers = _nothing()
        self._size = 0

    def extend(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Take in what the log holds by now. A log that became shorter is another one, and is read from its start."""
        row = connection.execute("SELECT size FROM audit_head WHERE id = 0").fetchone()
        size = int(row[0]) if row else 0
        if size < self._size:
            self._numbers, self._size = _nothing(), 0
        for model, numbers in connection.execute(_sql(), [self._size, size]).fetchall():
            self._numbers[model].extend(numbers)
        self._size = size

    def newest(self, model: str) -> int:
        """The newest event that names a model; 0, which is genesis, where none does."""
        return self._numbers[model][-1] if model in self._numbers else 0

    def bodies(self, connection: duckdb.DuckDBPyConnection, model: str) -> list[bytes]:
        """The bodies of the events that name a model, oldest first: looked up one by one, which the key makes cheap."""
        numbers: Iterable[int] = self._numbers.get(model, ())
        found = [connection.execute("SELECT body FROM audit_event WHERE seq = ?", [one]).fetchone() for one in numbers]
        return [row[0] for row in found if row is not None]


def _nothing() -> defaultdict[str, array[int]]:
    return defaultdict(lambda: array("q"))


@cache
def _sql() -> str:
    return files("data.queries").joinpath("event_index.sql").read_text("utf-8")
