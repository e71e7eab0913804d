"""Compares the events with the journal outside the database, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path


class JournalComparison:
    """Reads the journal along with the events; after the first difference no further line is compared."""

    def __init__(self, path: Path | None) -> None:
        self._lines: Iterator[bytes] | None = None
        self._next = 0
        self.missing = path is not None and not path.is_file()
        if path is not None and not self.missing:
            self._lines = complete_lines(path)

    def fault(self, seq: int, expected: bytes) -> str:
        """Return how the journal differs for event `seq`; empty if its line is `expected` or no journal is compared."""
        if self._lines is None or seq < self._next:
            return ""
        line = next(islice(self._lines, seq - self._next, None), None)
        self._next = seq + 1
        if line == expected:
            return ""
        self._lines = None
        return "the journal ends before this event" if line is None else "the journal has other bytes for this event"

    def surplus(self) -> int:
        """Return the number of lines in the journal after the last event compared."""
        return 0 if self._lines is None else sum(1 for _ in self._lines)


def complete_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of an append-only file without line breaks; an incomplete last line is left out."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]
