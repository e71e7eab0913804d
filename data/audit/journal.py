"""The journal: a second copy of the body of every committed event, outside the database, to restore a lost database
from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from data.errors import JournalError

_TAIL_BYTES = 65_536


class Journal:
    """An append-only file of event bodies, one canonical JSON object a line, ordered by sequence number."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, bodies: Sequence[bytes]) -> None:
        """Write the bodies to disk before returning; an incomplete line left by a crash is removed first.

        Raises `JournalError` when the bodies were not written: disk full, file not writable, or a body with a line
        break.
        """
        append_lines(self.path, bodies)

    def bodies(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bodies from event number `start` on, complete lines only; no bodies when the file does not exist.

        Raises `JournalError` when the file cannot be read.
        """
        return islice(complete_lines(self.path), start, None)

    def repair(self) -> int:
        """Remove an incomplete last line; return the number of bytes removed. Raises `JournalError` if it cannot be
        written."""
        return cut_incomplete_tail(self.path)

    def last(self) -> bytes | None:
        """Return the last complete body, or None when there is none; only the end of the file is read.

        Raises `JournalError` when the file cannot be read.
        """
        return last_line(self.path)

    def size(self) -> int:
        """Return the number of events in the journal, taken from the sequence number of the last one.

        Raises `JournalError` when the file cannot be read or its last complete line is not an event.
        """
        line = self.last()
        if line is None:
            return 0
        try:
            return int(json.loads(line)["seq"]) + 1
        except (ValueError, KeyError, TypeError) as broken:
            what = f"the last line of {self.path} is not an event: {line[:60]!r}"
            raise JournalError(what, "restore the journal from its backup") from broken


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
            _sync_directory(path.parent)
    except OSError as broken:
        raise JournalError(f"{path} cannot be written: {broken}") from broken


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
        raise JournalError(f"{path} cannot be read: {broken}", "make the file readable") from broken


def last_line(path: Path) -> bytes | None:
    """Return the last complete line, read backwards from the end; None when there is none. Raises `JournalError`."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            tail = b""
            while end > 0:
                start = max(0, end - _TAIL_BYTES)
                file.seek(start)
                tail = file.read(end - start) + tail
                end = start
                lines = tail.split(b"\n")
                if len(lines) > 2 or (start == 0 and len(lines) == 2):
                    return lines[-2]
    except FileNotFoundError:
        return None
    except OSError as broken:
        raise JournalError(f"{path} cannot be read: {broken}", "make the file readable") from broken
    return None


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
        raise JournalError(f"{path} cannot be written: {broken}") from broken


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


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
