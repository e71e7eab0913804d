"""Says what is wrong with a file that cannot be written or read, and the remedy for exactly this fault."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from data.errors import FileError, ModelwardError

_REMEDIES: Mapping[int, str] = {
    errno.ENOSPC: "free space on the file system of {folder}",
    errno.EDQUOT: "free space of this user below {folder}, or raise the quota",
    errno.EFBIG: "raise the limit of the size of a file (`ulimit -f`) for this user",
    errno.EROFS: "mount the file system of {folder} writable",
    errno.EACCES: "make {path} and its folder accessible for this user (`ls -ld {path} {folder}`)",
    errno.EPERM: "make {path} and its folder accessible for this user (`ls -ld {path} {folder}`)",
    errno.EMFILE: "raise the limit of open files of this process (`ulimit -n`)",
    errno.ENFILE: "close programs: this host has reached its limit of open files",
    errno.EIO: "check the disk of {folder}: it reports an error; do not write to it before it is replaced or repaired",
    errno.ENOTDIR: "remove or rename the file that stands where {folder} must be a folder",
    errno.EISDIR: "remove or rename the folder that stands where {path} must be a file",
}


def remedy_for(error: OSError, path: Path) -> str:
    """Return what to do about an error of the operating system with this file; empty where nothing special helps."""
    return _REMEDIES.get(error.errno or 0, "").format(path=path, folder=path.parent)


def fault_in(text: str) -> OSError | None:
    """Return the error of the operating system that a library's message quotes, such as `No space left on device`."""
    for number in _REMEDIES:
        if os.strerror(number) in text:
            return OSError(number, os.strerror(number))
    return None


def described(error: OSError, path: Path, action: str) -> str:
    """Return one line such as `/var/x.json cannot be written: No space left on device`."""
    return f"{path} cannot be {action}: {error.strerror or error}"


@contextmanager
def file_faults(
    path: Path, action: str = "written", kind: type[ModelwardError] = FileError, before: str = ""
) -> Iterator[None]:
    """Raise an OSError of the block as a domain error that names the file.

    It names `path`, or another existing file that the error names: not a temporary file that could not be created.
    `before` begins the message, for example with the object whose file it is.
    """
    try:
        yield
    except OSError as error:
        place = _named(error)
        if place is None or place.parent == path.parent or not os.access(place, os.F_OK):
            place = path
        raise kind(before + described(error, place, action), remedy_for(error, place)) from error


def file_error(error: OSError) -> FileError | None:
    """Return the domain error for an OSError that no narrower code expected; None for one that is no fault of a file.

    Errors of connections and child processes have no remedy here.
    """
    if error.errno not in _REMEDIES:
        return None
    path = _named(error)
    if path is None:
        return FileError(f"a file cannot be written or read: {error.strerror}")
    return FileError(described(error, path, "written or read"), remedy_for(error, path))


def _named(error: OSError) -> Path | None:
    """Return the file that an error names; errors of `write` and `fsync` name none."""
    return Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes | os.PathLike) else None
