"""Compares the events with the journal outside the database, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

LONGEST_LINE = 64 << 20
"""The greatest length of a line in bytes. No event is as long; a file without line breaks must not fill memory."""


class JournalComparison:
    """Reads the journal along with the events; after the first difference no further line is compared."""

    def __init__(self, path: Path | None) -> None:
        self._lines: Iterator[bytes] | None = None
        self._next = 0
        self.broken = ""
        """Why the journal cannot be read to its end; empty if it can."""
        self.missing = path is not None and not is_file(path)
        if path is not None and not self.missing:
            self._lines = complete_lines(path)

    def fault(self, seq: int, expected: bytes) -> str:
        """Return how the journal differs for event `seq`; empty if its line is `expected` or no journal is compared."""
        if self._lines is None or seq < self._next:
            return ""
        try:
            line = next(islice(self._lines, seq - self._next, None), None)
        except OSError as broken:
            self._lines, self.broken = None, f"the journal cannot be read: {broken}"
            return self.broken
        self._next = seq + 1
        if line == expected:
            return ""
        self._lines = None
        return "the journal ends before this event" if line is None else "the journal has other bytes for this event"

    def surplus(self) -> int:
        """Return the number of lines in the journal after the last event compared."""
        if self._lines is None:
            return 0
        try:
            return sum(1 for _ in self._lines)
        except OSError as broken:
            self.broken = f"the journal cannot be read: {broken}"
            return 0


def is_file(path: Path) -> bool:
    """Return True if the path is a file that can be found; False where its folder may not be read."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def complete_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of an append-only file without line breaks; an incomplete last line is left out.

    Only the byte 0x0A ends a line. A line of more than 64 MiB is yielded cut. Raises OSError.
    """
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE):
            rest = line
            while not rest.endswith(b"\n") and rest:
                rest = file.readline(LONGEST_LINE)
            if rest:
                yield line.removesuffix(b"\n")
