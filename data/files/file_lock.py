"""A lock on a file between processes: shared or exclusive, at once or within a bounded wait; it names its holder.

The operating system releases the lock (`flock`) when its holder dies, however it dies. The lock belongs to the opened
file, not to the process: two threads that open the file lock each other out, and another handle that is closed releases
nothing.
"""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

POLL_SECONDS = 0.005
PRIVATE = 0o600
"""The file is for its owner alone."""


@dataclass(frozen=True)
class FileLock:
    """A lock that is held until `release`, or until the end of a `with` block."""

    handle: int
    names_holder: bool

    def __enter__(self) -> FileLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def release(self) -> None:
        """Let others take the lock, and take the holder's name out of the file."""
        try:
            if self.names_holder:
                os.ftruncate(self.handle, 0)
        finally:
            os.close(self.handle)


def take_lock(
    path: Path, *, shared: bool = False, wait_seconds: float = 0.0, holder: str = "", mode: int = 0o666
) -> FileLock | None:
    """The lock on this file, or None when others hold it for all of `wait_seconds`; 0 tries once.

    The file is created with `mode` when it does not exist. `holder` is written into it, for `holder_of`; only an
    exclusive lock may have one. Raises OSError when the file cannot be opened or written.
    """
    return _locked(os.open(path, os.O_RDWR | os.O_CREAT, mode), shared, wait_seconds, holder)


def lock_existing(path: Path, *, shared: bool = False) -> FileLock | None:
    """The lock on a file that exists, taken at once or not at all; the file is neither created nor changed.

    Raises OSError when the file does not exist or cannot be read.
    """
    return _locked(os.open(path, os.O_RDONLY), shared, 0.0, "")


def is_locked(path: Path) -> bool:
    """Whether somebody holds the file exclusively now; a file that does not exist is not locked."""
    try:
        lock = lock_existing(path, shared=True)
    except OSError:
        return False
    if lock is not None:
        lock.release()
    return lock is None


def holder_of(path: Path) -> str:
    """The name that the holder of the lock wrote; empty when there is none, or the holder only reads."""
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _locked(handle: int, shared: bool, wait_seconds: float, holder: str) -> FileLock | None:
    try:
        if _acquired(handle, shared, time.monotonic() + wait_seconds):
            if holder:
                os.ftruncate(handle, 0)
                os.pwrite(handle, holder.encode(), 0)
            return FileLock(handle, bool(holder))
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _acquired(handle: int, shared: bool, deadline: float) -> bool:
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    while True:
        try:
            # Never without LOCK_NB: a wait inside the system call would have no bound.
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        else:
            return True
