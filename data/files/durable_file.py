"""Writes files atomically: after a power failure a file has its old or its new content, never a part of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from data.files.file_access import PRIVATE_FILE, PRIVATE_FOLDER


def write_durably(path: Path, content: bytes, mode: int = PRIVATE_FILE, group: int | None = None) -> None:
    """Replace a file atomically: write a temporary file, sync it, rename it, sync the folder.

    The file gets `mode`, and the group with this id unless it is None. Raises OSError when the folder cannot be
    written or the group cannot be given; the old file then stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _written_beside(path, content, mode, group) as temporary:
        temporary.replace(path)
    sync_folder(path.parent)


def create_durably(path: Path, content: bytes) -> None:
    """Write a private file completely, unless it exists: of processes that create it at the same time, one wins.

    The folder is created as a private one. Raises OSError.
    """
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    with _written_beside(path, content, PRIVATE_FILE) as temporary, suppress(FileExistsError):
        os.link(temporary, path)
    sync_folder(path.parent)


@contextmanager
def _written_beside(path: Path, content: bytes, mode: int, group: int | None = None) -> Iterator[Path]:
    """Yield a temporary file beside `path` with this content, synced; at the end it is removed if it is still there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if group is not None:
                os.fchown(file.fileno(), -1, group)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def damaged_ending() -> str:
    """Return the ending of the name under which damaged content is kept: `damaged-` and the present time."""
    return f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z"


def replace_lines(path: Path, lines: Iterable[bytes], ending: str) -> Path | None:
    """Write a file of lines again and keep the former one beside it, with this ending after its name.

    Return the kept file, None if there was none. Raises OSError.
    """
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.recovering")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as file:
        for line in lines:
            file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    kept = None
    if path.exists():
        kept = path.with_name(f"{path.name}.{ending}")
        os.link(path, kept)
    draft.replace(path)
    sync_folder(path.parent)
    return kept


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
