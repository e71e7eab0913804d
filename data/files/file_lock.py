"""Locks files between processes, shared or exclusive, with a bounded wait; the lock file can name its holder.

The operating system releases the lock (`flock`) when its holder's process ends for any reason. The lock belongs to the
open file, not to the process: two threads that each open the file exclude each other, and closing another handle of the
file releases nothing.
"""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from data.files.file_access import PRIVATE_FILE

POLL_SECONDS = 0.005
PRIVATE = PRIVATE_FILE
"""The file mode with which only the owner can read and write the file."""


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
        """Release the lock, and remove the holder's name from the file."""
        try:
            if self.names_holder:
                os.ftruncate(self.handle, 0)
        finally:
            os.close(self.handle)


def take_lock(
    path: Path, *, shared: bool = False, wait_seconds: float = 0.0, holder: str = "", mode: int = PRIVATE
) -> FileLock | None:
    """Acquire the lock on this file; return None if others hold it for all of `wait_seconds` (0: try once).

    The file is created with `mode` when it does not exist. `holder` is written into the file, for `holder_of`; only an
    exclusive lock may have a holder's name. Raises OSError when the file cannot be opened or written.
    """
    return _locked(os.open(path, os.O_RDWR | os.O_CREAT, mode), shared, wait_seconds, holder)


def lock_existing(path: Path, *, shared: bool = False) -> FileLock | None:
    """Acquire the lock on an existing file without waiting; return None if others hold it.

    The file is neither created nor changed. Raises OSError when the file does not exist or cannot be read.
    """
    return _locked(os.open(path, os.O_RDONLY), shared, 0.0, "")


def is_locked(path: Path) -> bool:
    """Return True if the file is locked exclusively now; False if it does not exist or cannot be read."""
    try:
        lock = lock_existing(path, shared=True)
    except OSError:
        return False
    if lock is not None:
        lock.release()
    return lock is None


def holder_of(path: Path) -> str:
    """Return the name that the lock's holder wrote; empty if no holder wrote one."""
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
