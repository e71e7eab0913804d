"""Locks files between processes, shared or exclusive, with a bounded wait; the lock file can name its holder.

A lock can have a queue: a second file, whose lock everybody takes before the lock itself and releases as soon as they
have it. A writer that waits keeps the queue for itself, so no later reader overtakes it; readers that wait keep it
shared, so no later writer overtakes them.

The operating system releases the lock (`flock`) when its holder's process ends for any reason. The lock belongs to the
open file, not to the process: two threads that each open the file exclude each other, and closing another handle of the
file releases nothing.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from data.files.file_access import PRIVATE_FILE

POLL_SECONDS = 0.005
READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
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
    path: Path,
    *,
    shared: bool = False,
    wait_seconds: float = 0.0,
    holder: str = "",
    mode: int = PRIVATE,
    queue: Path | None = None,
) -> FileLock | None:
    """Acquire the lock on this file; return None if others hold it for all of `wait_seconds` (0: try once).

    The file is created with `mode` when it does not exist. `holder` is written into the file, for `holder_of`; only an
    exclusive lock may have a holder's name. With `queue`, wait in that file's queue; every other user of the lock must
    name the same queue. Raises OSError when a file cannot be opened or written.
    """
    deadline = time.monotonic() + wait_seconds
    place = None
    if queue is not None and not (shared and _is_unwritable(queue)):
        place = _locked(_opened(queue, shared, mode), shared, deadline, holder)
        if place is None:
            return None
    with place or nullcontext():
        return _locked(_opened(path, shared, mode), shared, deadline, holder)


def lock_existing(path: Path, *, shared: bool = False) -> FileLock | None:
    """Acquire the lock on an existing file without waiting; return None if others hold it.

    The file is neither created nor changed. Raises OSError when the file does not exist or cannot be read.
    """
    return _locked(os.open(path, os.O_RDONLY), shared, time.monotonic(), "")


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


def _is_unwritable(queue: Path) -> bool:
    """Return True where no queue can be created: in a read-only folder without one nobody waits to write."""
    return not queue.exists() and not os.access(queue.parent, os.W_OK)


def _opened(path: Path, shared: bool, mode: int) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, mode)
    except OSError as refused:
        # A shared lock changes nothing, so it can be taken on an existing file of a read-only folder too.
        if not shared or refused.errno not in READ_ONLY:
            raise
        return os.open(path, os.O_RDONLY)


def _locked(handle: int, shared: bool, deadline: float, holder: str) -> FileLock | None:
    try:
        if _acquired(handle, shared, deadline):
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
