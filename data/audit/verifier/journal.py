"""Compares the events with the journal outside the database, line by line.

The journal is one file, or closed segments `<stem>-<first>-<last>.jsonl` beside it and the open file after them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

LONGEST_LINE = 64 << 20
"""The greatest length of a line in bytes. No event is as long; a file without line breaks must not fill memory."""
_NUMBERS = re.compile(r"-(\d{12})-(\d{12})", re.ASCII)


class JournalComparison:
    """Reads the journal along with the events, from number `start` on; after the first difference no further line is
    compared."""

    def __init__(self, path: Path | None, start: int = 0) -> None:
        self._lines: Iterator[bytes] | None = None
        self._next = start
        self.broken = ""
        """Why the journal cannot be read to its end; empty if it can."""
        segments = _segments(path) if path is not None else []
        self.missing = path is not None and not is_file(path) and not segments
        if path is not None and not self.missing:
            self._lines = self._all_lines(path, segments, start)

    def fault(self, seq: int, expected: bytes) -> str:
        """Return how the journal differs for event `seq`; empty if its line is `expected` or no journal is compared."""
        if self._lines is None or seq < self._next:
            return ""
        try:
            line = next(islice(self._lines, seq - self._next, None) if seq > self._next else self._lines, None)
        except OSError as broken:
            self._lines, self.broken = None, f"the journal cannot be read: {broken}"
            return self.broken
        self._next = seq + 1
        if line == expected:
            return ""
        self._lines = None
        if line is not None:
            return "the journal has other bytes for this event"
        return self.broken or "the journal ends before this event"

    def surplus(self) -> int:
        """Return the number of lines in the journal after the last event compared."""
        if self._lines is None:
            return 0
        try:
            return sum(1 for _ in self._lines)
        except OSError as broken:
            self.broken = f"the journal cannot be read: {broken}"
            return 0

    def _all_lines(self, path: Path, segments: list[tuple[int, int, Path]], start: int) -> Iterator[bytes]:
        """Yield the lines from event `start` on; segments that end before it are not read.

        Ends early, with the reason in `broken`, where the files do not follow each other or a segment has another
        number of lines than its name states.
        """
        number = 0
        for first, last, file in segments:
            if first != number or last < first:
                self.broken = f"the journal has no file that begins with event {number}; the next is {file.name}"
                return
            if last >= start:
                count = 0
                for count, line in enumerate(complete_lines(file), 1):
                    if number + count > start:
                        yield line
                if count != last + 1 - first:
                    self.broken = f"{file.name} of the journal has {count} lines instead of {last + 1 - first}"
                    return
            number = last + 1
        if is_file(path):
            yield from islice(complete_lines(path), max(0, start - number), None)


def _segments(path: Path) -> list[tuple[int, int, Path]]:
    """Return the closed segments beside the open file, each with the numbers of its first and last event, in order."""
    found = []
    try:
        for file in path.parent.iterdir():
            is_named = file.suffix == path.suffix and file.stem.startswith(path.stem)
            numbers = _NUMBERS.fullmatch(file.stem.removeprefix(path.stem)) if is_named else None
            if numbers:
                found.append((int(numbers[1]), int(numbers[2]), file))
    except OSError:
        return []
    return sorted(found)


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
