"""Holds the events against the journal outside the database, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path


class JournalComparison:
    """Reads the journal along with the events; after the first difference it has said what it can say."""

    def __init__(self, path: Path | None) -> None:
        self._lines: Iterator[bytes] | None = None
        self._next = 0
        self.missing = path is not None and not path.is_file()
        if path is not None and not self.missing:
            self._lines = complete_lines(path)

    def fault(self, seq: int, body: bytes) -> str:
        """What the journal says against event `seq`; empty when it holds the same bytes, or was not asked for."""
        if self._lines is None or seq < self._next:
            return ""
        line = next(islice(self._lines, seq - self._next, None), None)
        self._next = seq + 1
        if line == body:
            return ""
        self._lines = None
        return "the journal ends before it" if line is None else "the journal holds other bytes for it"

    def surplus(self) -> int:
        """How many events the journal holds beyond the last one compared."""
        return 0 if self._lines is None else sum(1 for _ in self._lines)


def complete_lines(path: Path) -> Iterator[bytes]:
    """The lines of an append-only file without their line breaks; an incomplete last line does not count."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]
