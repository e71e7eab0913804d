"""Provides hidden folders for unfinished copies; what a killed process left is removed by the next user of the place.

The folder itself is locked (`flock`) while its process runs, so an abandoned folder differs from one in use.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.files.file_lock import FileLock, lock_existing

_SUFFIX = ".draft"


@contextmanager
def draft_folder(place: Path, name: str) -> Iterator[Path]:
    """Yield a new folder of mode 0700 in `place`, which is removed at the end unless the block renamed it.

    Folders of this name that killed processes left are removed first. Raises OSError.
    """
    place.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(place, name)
    folder, lock = _locked_folder(place, name)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _locked_folder(place: Path, name: str) -> tuple[Path, FileLock]:
    while True:
        folder = Path(tempfile.mkdtemp(dir=place, prefix=f".{name}.", suffix=_SUFFIX))
        lock = _lock_of(folder)
        if lock is not None:
            if folder.exists():
                return folder, lock
            lock.release()  # another process took the new folder for an abandoned one, so make another


def _remove_abandoned(place: Path, name: str) -> None:
    for folder in place.glob(f".{name}.*{_SUFFIX}"):
        lock = _lock_of(folder)
        if lock is not None:
            with lock:
                shutil.rmtree(folder, ignore_errors=True)


def _lock_of(folder: Path) -> FileLock | None:
    """Lock a folder; return None when another process has locked or removed it."""
    try:
        return lock_existing(folder)
    except FileNotFoundError:
        return None
