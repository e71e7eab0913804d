"""Checks that files can be written before anything is recorded: access, free space, and a written probe."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from data.errors import FileError
from data.files.file_fault import described, file_faults, remedy_for
from data.files.home import Home

LEAST_FREE_BYTES = 16 << 20
"""The free space below which nothing is recorded. The largest batch is some megabytes of events, which are written to
the journal, the write-ahead log and the database; DuckDB allocates blocks of 256 KiB for each table that changes."""
_IN_PLACE = frozenset({".duckdb", ".lock", ".queue", ".jsonl", ".txt"})
_PROBE = b"modelward checks whether this folder can be written\n" * 80


def require_writable(path: Path, least_free: int = LEAST_FREE_BYTES) -> None:
    """Check that a file, or its folder while it does not exist, can be written and that there is space for it.

    Nothing is written. Raises FileError.
    """
    place = _existing(path)
    if not os.access(place, os.W_OK):
        refused = OSError(_refusal(place), os.strerror(_refusal(place)))
        raise FileError(described(refused, path, "written"), remedy_for(refused, path))
    free = free_bytes(place)
    if free < least_free:
        full = OSError(errno.ENOSPC, "")
        what = f"{path} needs {least_free >> 20} MiB of free space, and {free / (1 << 20):.1f} MiB are free"
        raise FileError(what, remedy_for(full, path))


def probe_folder(folder: Path) -> None:
    """Write, sync and remove a small file in an existing folder. Raises FileError."""
    with file_faults(folder / "probe"), tempfile.NamedTemporaryFile(dir=folder, prefix=".probe-") as file:
        file.write(_PROBE)
        file.flush()
        os.fsync(file.fileno())


def written_folders(home: Home, anchors: Sequence[Path]) -> list[Path]:
    """Return every existing folder of a home that commands and flows write to, and those of further anchor files."""
    files = (home.database, home.journal, home.anchor, *anchors)
    folders = (home.keys, home.artifacts, home.inbox, home.profiles, home.serving, home.outbox)
    named = [home.root, *(one.parent for one in files), *folders, home.reports, home.backups, home.up]
    return [folder for folder in dict.fromkeys(named) if folder.is_dir()]


def folder_fault(folder: Path) -> FileError | None:
    """Return why nothing can be written to a folder, or to a file in it that is written in place; None if all is well.

    A small file is written, synced and removed.
    """
    try:
        probe_folder(folder)
        for path in (folder, *(one for one in folder.iterdir() if one.suffix in _IN_PLACE)):
            require_writable(path)
    except FileError as fault:
        return fault
    return None


def free_bytes(path: Path) -> int:
    """Return the bytes that this user can still write to the file system of a path. Raises FileError."""
    place = _existing(path)
    with file_faults(place, "read"):
        found = os.statvfs(place)
    return found.f_bavail * found.f_frsize


def _existing(path: Path) -> Path:
    """Return the path itself if it exists, else the nearest folder above that does."""
    return next((place for place in (path, *path.parents) if os.access(place, os.F_OK)), Path("/"))


def _refusal(place: Path) -> int:
    """Return why a path cannot be written: its file system is mounted read-only, or this user has no right to it."""
    return errno.EROFS if os.statvfs(place).f_flag & os.ST_RDONLY else errno.EACCES
