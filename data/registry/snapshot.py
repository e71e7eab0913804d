"""Copies database, journal and anchors as they are at one moment, so that the copies agree while others write.

Writers wait only while the database is copied. Journal and anchors only ever grow at their end: their length is taken
at the same moment, and their bytes are copied afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from data.errors import MissingRegistryError
from data.files.draft_folder import draft_folder
from data.files.file_copy import copy_beginning, copy_file
from data.files.home import Home
from data.registry.registry import Registry


@dataclass(frozen=True)
class RegistryFiles:
    """The files that a verification reads; `anchors` contains the location and path of each anchor file.

    The folder of a copy has the layout of a home, so a copy can be verified, and used, like a home.
    """

    database: Path
    journal: Path
    anchors: tuple[tuple[str, Path], ...]

    @property
    def log(self) -> Path:
        """The write-ahead log of the database, which exists only after a crash."""
        return self.database.with_name(f"{self.database.name}.wal")


@dataclass(frozen=True)
class _Beginning:
    """A file that only grows, with its size at the moment of the copy."""

    original: BinaryIO
    size: int
    target: Path


def live_files(registry: Registry) -> RegistryFiles:
    """Return the files of a registry themselves, which others may change."""
    return RegistryFiles(registry.home.database, registry.home.journal, tuple(registry.anchor_files))


def copy_registry(registry: Registry, folder: Path) -> RegistryFiles:
    """Copy the files of a registry into an empty folder, all as they are at one moment, and return the copies.

    Raises MissingRegistryError, StoreLockedError, OSError, and NestedTransactionError when this process holds the
    registry open.
    """
    live, copies = live_files(registry), _placed(registry, folder)
    for path in (copies.database, copies.journal, *(path for _, path in copies.anchors)):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        with registry.store.locked():
            if not registry.store.exists():
                raise MissingRegistryError(f"there is no registry at {live.database}")
            growing = _beginnings(stack, live, copies)
            copy_file(live.database, copies.database)
            if live.log.exists():
                copy_file(live.log, copies.log)
        for file in growing:
            copy_beginning(file.original, file.size, file.target)
    return copies


@contextmanager
def registry_snapshot(registry: Registry) -> Iterator[RegistryFiles]:
    """Yield copies of the files as they are at one moment; others may write meanwhile. The copies are removed at the
    end.

    Without a registry file, or where the home has no room for the copies, yield the files themselves; then no process
    can write before the block ends. Raises StoreLockedError, and NestedTransactionError when this process holds the
    registry open.
    """
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(draft_folder(registry.home.root, "snapshot"))
            files = copy_registry(registry, folder)
        except (OSError, MissingRegistryError):
            stack.close()
            stack.enter_context(registry.store.locked())
            files = live_files(registry)
        yield files


def _placed(registry: Registry, folder: Path) -> RegistryFiles:
    """Return the places of the copies: those of a home, and numbered names for the anchors elsewhere."""
    home = Home(folder)
    own = registry.home.anchor
    anchors = [
        (location, home.anchor if path == own else home.anchor.with_name(f"{number}-{path.name}"))
        for number, (location, path) in enumerate(registry.anchor_files)
    ]
    return RegistryFiles(home.database, home.journal, tuple(anchors))


def _beginnings(stack: ExitStack, live: RegistryFiles, copies: RegistryFiles) -> list[_Beginning]:
    """Open each file that exists and only grows; opened now, it is the same file even if it is replaced meanwhile."""
    pairs = [(live.journal, copies.journal)]
    pairs += [(path, copy) for (_, path), (_, copy) in zip(live.anchors, copies.anchors, strict=True)]
    found = []
    for path, target in pairs:
        if path.exists():
            original = stack.enter_context(path.open("rb"))
            found.append(_Beginning(original, os.fstat(original.fileno()).st_size, target))
    return found
