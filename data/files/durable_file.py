"""Writes small files atomically: after a power failure a file has its old or its new content, never a part of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from data.files.file_access import PRIVATE_FILE


def write_durably(path: Path, content: bytes, mode: int = PRIVATE_FILE, group: int | None = None) -> None:
    """Replace a file atomically: write a temporary file, sync it, rename it, sync the folder.

    The file gets `mode`, and the group with this id unless it is None. Raises OSError when the folder cannot be
    written or the group cannot be given; the old file then stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if group is not None:
                os.fchown(file.fileno(), -1, group)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    sync_folder(path.parent)


def remove_durably(path: Path) -> None:
    """Remove a file, if it exists, and sync its folder. Raises OSError."""
    if path.exists():
        path.unlink()
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sync a folder to disk, so that renamed and removed files survive a power failure. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
