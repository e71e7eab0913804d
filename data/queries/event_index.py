"""An index of the log: for each model the numbers of the events about it, extended by reading new events only.

The events of one model among a thousand are then read by number, so that a page does not read the whole log.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import duckdb


class EventIndex:
    """For each model's key, the numbers of the events about the model or anything below it; empty at first."""

    def __init__(self) -> None:
        self._numbers = _empty()
        self._size = 0

    def extend(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Add the events since the last call. A log that became shorter is a different log and is read from its
        start."""
        row = connection.execute("SELECT size FROM audit_head WHERE id = 0").fetchone()
        size = int(row[0]) if row else 0
        if size < self._size:
            self._numbers, self._size = _empty(), 0
        for model, numbers in connection.execute(_sql(), [self._size, size]).fetchall():
            self._numbers[model].extend(numbers)
        self._size = size

    def newest(self, model: str) -> int:
        """Return the number of the latest event about a model; 0, the number of genesis, without such an event."""
        return self._numbers[model][-1] if model in self._numbers else 0

    def bodies(self, connection: duckdb.DuckDBPyConnection, model: str) -> list[bytes]:
        """Return the bodies of the events about a model, oldest first, each read by its number."""
        numbers: Iterable[int] = self._numbers.get(model, ())
        found = [connection.execute("SELECT body FROM audit_event WHERE seq = ?", [one]).fetchone() for one in numbers]
        return [row[0] for row in found if row is not None]


def _empty() -> defaultdict[str, array[int]]:
    return defaultdict(lambda: array("q"))


@cache
def _sql() -> str:
    return files("data.queries").joinpath("event_index.sql").read_text("utf-8")
