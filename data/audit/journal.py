"""The journal: a second copy of every committed event, outside the database, to restore a lost database from.

A line is the body of an event, and after it a tab and the seal in base64. An event that was written before events were
sealed has only its body. Canonical JSON contains no tab, so the two forms cannot be confused. The lines are in several
files, of which only the last is written to (`journal_segments.py`).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from data.audit.journal_segments import SEGMENT_BYTES, Segment, close_segment, closed_segments, order_fault
from data.errors import JournalError
from data.files.durable_file import sync_folder
from data.files.file_fault import described, remedy_for

RECOVER_JOURNAL = "run `modelward recover journal --reason TEXT`, which keeps the damaged file"
_TAIL_BYTES = 65_536


class JournalEntry(NamedTuple):
    """One event in the journal: its body, and its seal (64 bytes) or None."""

    body: bytes
    seal: bytes | None = None

    def line(self) -> bytes:
        """Return the line of the journal, without line break."""
        return self.body if self.seal is None else self.body + b"\t" + base64.b64encode(self.seal)

    @classmethod
    def read(cls, line: bytes) -> JournalEntry:
        """Return the entry of a line. Raises `JournalError` when the text after the tab is not canonical base64."""
        body, tab, text = line.partition(b"\t")
        if not tab:
            return cls(line)
        try:
            seal = base64.b64decode(text, validate=True)
        except binascii.Error:
            seal = b""
        if base64.b64encode(seal) != text or not seal:
            raise JournalError(f"a line of the journal has an unreadable seal: {text[:60]!r}", RECOVER_JOURNAL)
        return cls(body, seal)


class Journal:
    """An append-only list of events, one a line, ordered by sequence number; `path` is its open file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Write the entries to disk before returning; an incomplete line left by a crash is removed first.

        An open file that has become large enough is closed before. Raises `JournalError` when the entries were not
        written: disk full, file not writable, or a body with a line break.
        """
        if entries:
            self._close_if_large()
        append_lines(self.path, [entry.line() for entry in entries])

    def exists(self) -> bool:
        """Return True if a file of the journal exists. Raises `JournalError` when its folder cannot be read."""
        return self.path.exists() or bool(self.segments())

    def segments(self) -> list[Segment]:
        """Return the closed segments, by number. Raises `JournalError` when the folder cannot be read."""
        return closed_segments(self.path)

    def files(self) -> list[Path]:
        """Return the files of the journal that exist, in the order of their events. Raises `JournalError`."""
        return [*(one.path for one in self.segments()), *([self.path] if self.path.exists() else [])]

    def entries(self, start: int = 0) -> Iterator[JournalEntry]:
        """Yield the entries from event number `start` on, complete lines only; none when no file exists.

        Raises `JournalError` when a file cannot be read, or a seal is not base64.
        """
        position = 0
        for segment in self.segments():
            if segment.last >= start:
                yield from map(JournalEntry.read, islice(complete_lines(segment.path), max(0, start - position), None))
            position = segment.last + 1
        yield from map(JournalEntry.read, islice(complete_lines(self.path), max(0, start - position), None))

    def latest(self, count: int) -> list[JournalEntry]:
        """Return the last `count` entries, oldest first; only the ends of the last files are read.

        Raises `JournalError` in the same cases as `entries`.
        """
        lines = last_lines(self.path, count)
        for segment in reversed(self.segments() if len(lines) < count else []):
            lines = last_lines(segment.path, count - len(lines)) + lines
        return [JournalEntry.read(line) for line in lines]

    def bodies(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bodies from event number `start` on, complete lines only; no bodies when no file exists.

        Raises `JournalError` when a file cannot be read.
        """
        return (entry.body for entry in self.entries(start))

    def repair(self) -> int:
        """Remove an incomplete last line; return the number of bytes removed. Raises `JournalError` if it cannot be
        written."""
        return cut_incomplete_tail(self.path)

    def last(self) -> bytes | None:
        """Return the last complete body, or None when there is none; only the end of a file is read.

        Raises `JournalError` when the file cannot be read.
        """
        return next((entry.body for entry in self.latest(1)), None)

    def size(self) -> int:
        """Return the number of events in the journal, taken from the sequence number of the last one.

        Raises `JournalError` when a file cannot be read, its last complete line is not an event, or the files do not
        follow each other.
        """
        line = self.last()
        if line is None:
            return 0
        size = self._number(line, "last") + 1
        self._require_order()
        return size

    def _require_order(self) -> None:
        """Raise `JournalError` unless the files follow each other: each is looked at by name, the open one read."""
        first = next(complete_lines(self.path), None)
        number = None if first is None else self._number(JournalEntry.read(first).body, "first")
        if fault := order_fault(self.segments(), number):
            raise JournalError(f"the journal {self.path.parent} lost events or has others: {fault}", RECOVER_JOURNAL)

    def _close_if_large(self) -> None:
        try:
            if self.path.stat().st_size < SEGMENT_BYTES:
                return
        except FileNotFoundError:
            return
        except OSError as broken:
            raise JournalError(described(broken, self.path, "read"), remedy_for(broken, self.path)) from broken
        cut_incomplete_tail(self.path)
        line = next(iter(last_lines(self.path, 1)), None)
        if line is not None:
            self._require_order()
            segments = self.segments()
            first = segments[-1].last + 1 if segments else 0
            close_segment(self.path, first, self._number(JournalEntry.read(line).body, "last"))

    def _number(self, body: bytes, which: str) -> int:
        try:
            return int(json.loads(body)["seq"])
        except (ValueError, KeyError, TypeError) as broken:
            what = f"the {which} line of {self.path} is not an event: {body[:60]!r}"
            raise JournalError(what, RECOVER_JOURNAL) from broken


def append_lines(path: Path, lines: Sequence[bytes]) -> None:
    """Append complete lines to a file and sync it to disk, and its folder too when the file is new.

    After a failed write the file is cut back to its former length. Raises `JournalError`.
    """
    if any(b"\n" in line for line in lines):
        raise JournalError(f"a line for {path} contains a line break", "append canonical JSON, which has none")
    try:
        cut_incomplete_tail(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = not path.exists()
        _write(path, b"".join(line + b"\n" for line in lines))
        if new:
            sync_folder(path.parent)
    except OSError as broken:
        raise JournalError(described(broken, path, "written"), remedy_for(broken, path)) from broken


def complete_lines(path: Path) -> Iterator[bytes]:
    """Yield the complete lines of a file without line breaks; none when the file does not exist. Raises
    `JournalError`."""
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line[:-1]
    except FileNotFoundError:
        return
    except OSError as broken:
        raise JournalError(described(broken, path, "read"), remedy_for(broken, path)) from broken


def last_lines(path: Path, count: int) -> list[bytes]:
    """Return up to `count` complete lines from the end of a file, oldest first; none when the file does not exist.

    The file is read backwards. Raises `JournalError` when it cannot be read.
    """
    if count < 1:
        return []
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            blocks: list[bytes] = []
            breaks = 0
            while end > 0 and breaks <= count:  # one more break than lines: the line before them ends there
                start = max(0, end - _TAIL_BYTES)
                file.seek(start)
                blocks.insert(0, file.read(end - start))
                breaks += blocks[0].count(b"\n")
                end = start
    except FileNotFoundError:
        return []
    except OSError as broken:
        raise JournalError(described(broken, path, "read"), remedy_for(broken, path)) from broken
    complete = b"".join(blocks).split(b"\n")[:-1]
    return complete[max(len(complete) - count, 1 if end > 0 else 0) :]


def cut_incomplete_tail(path: Path) -> int:
    """Remove the bytes after the last line break; return their number. Raises `JournalError`."""
    try:
        with path.open("rb+") as file:
            size = end = file.seek(0, os.SEEK_END)
            keep = 0
            while end > 0:
                start = max(0, end - _TAIL_BYTES)
                file.seek(start)
                found = file.read(end - start).rfind(b"\n")
                if found >= 0:
                    keep = start + found + 1
                    break
                end = start
            if keep < size:
                file.truncate(keep)
                os.fsync(file.fileno())
            return size - keep
    except FileNotFoundError:
        return 0
    except OSError as broken:
        raise JournalError(described(broken, path, "written"), remedy_for(broken, path)) from broken


def _write(path: Path, payload: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        try:
            view = memoryview(payload)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)
