"""An index of the log: the numbers of the events that name each model. Only new events are read to extend it.

The events of one model among a thousand are then fetched by number, so that a page does not read the whole log.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import duckdb


class EventIndex:
    """The numbers of the events that name each model, or anything below it, by the model's key; empty at first."""

    def __init__(self) -> None:
        self._numbers = _empty()
        self._size = 0

    def extend(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Add the events since the last call. A shorter log is another log: it is read from its start."""
        row = connection.execute("SELECT size FROM audit_head WHERE id = 0").fetchone()
        size = int(row[0]) if row else 0
        if size < self._size:
            self._numbers, self._size = _empty(), 0
        for model, numbers in connection.execute(_sql(), [self._size, size]).fetchall():
            self._numbers[model].extend(numbers)
        self._size = size

    def newest(self, model: str) -> int:
        """The number of the newest event that names a model; 0, the number of genesis, when no event does."""
        return self._numbers[model][-1] if model in self._numbers else 0

    def bodies(self, connection: duckdb.DuckDBPyConnection, model: str) -> list[bytes]:
        """The bodies of the events that name a model, oldest first; each is one look-up by primary key."""
        numbers: Iterable[int] = self._numbers.get(model, ())
        found = [connection.execute("SELECT body FROM audit_event WHERE seq = ?", [one]).fetchone() for one in numbers]
        return [row[0] for row in found if row is not None]


def _empty() -> defaultdict[str, array[int]]:
    return defaultdict(lambda: array("q"))


@cache
def _sql() -> str:
    return files("data.queries").joinpath("event_index.sql").read_text("utf-8")
