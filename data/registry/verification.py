"""Verify the registry against its log, journal, anchors and artifacts, while other processes continue to write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from data.audit.verifier.report import Report
from data.audit.verifier.verification import verify
from data.registry.registry import Registry
from data.registry.store import Store


def verify_registry(registry: Registry, *, deep: bool, trusted_vkey: str | None = None) -> Report:
    """Compare every event with journal and anchors and return the report, which also lists unreadable files.

    `deep` also rebuilds every table from the events and hashes every artifact. Raises StoreLockedError, and
    NestedTransactionError when this process holds the registry open.
    """
    home, anchors = registry.home, registry.anchor_files
    log = home.database.with_name(f"{home.database.name}.wal")
    with _snapshot(registry.store, [home.database, log, home.journal, *(path for _, path in anchors)]) as files:
        database, _, journal, *copies = files
        named = [(location, copy) for (location, _), copy in zip(anchors, copies, strict=True)]
        return verify(database, journal, named, home.artifacts if deep else None, deep, trusted_vkey)


@contextmanager
def _snapshot(store: Store, files: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield copies of the files, all taken at one moment while no process writes; others may write while they are read.

    Without a registry file, or without disk space for the copies, yield the files themselves and keep the lock.
    """
    with TemporaryDirectory(prefix="modelward-verify-") as folder:
        places = {parent: Path(folder, str(number)) for number, parent in enumerate({file.parent for file in files})}
        copies = [places[file.parent] / file.name for file in files]
        with store.locked():
            if not store.exists() or not _copy_all(files, copies):
                yield list(files)
                return
        yield copies


def _copy_all(files: Sequence[Path], copies: Sequence[Path]) -> bool:
    """Copy each file that exists. Return False when a copy fails, for example on a full disk."""
    try:
        for file, copy in zip(files, copies, strict=True):
            copy.parent.mkdir(exist_ok=True)
            if file.exists():
                shutil.copyfile(file, copy)
    except OSError:
        return False
    return True
