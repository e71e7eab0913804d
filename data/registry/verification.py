"""The registry held against its own log, journal, anchors and artifacts, while others go on writing."""

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
    """Hold every event against journal and anchors, as they stand now; `deep` rebuilds every table from the events and
    hashes every artifact too. What cannot be read is a finding.

    Raises StoreLockedError, NestedTransactionError when this process holds the registry open.
    """
    home, anchors = registry.home, registry.anchor_files
    log = home.database.with_name(f"{home.database.name}.wal")
    with _still(registry.store, [home.database, log, home.journal, *(path for _, path in anchors)]) as files:
        database, _, journal, *copies = files
        named = [(location, copy) for (location, _), copy in zip(anchors, copies, strict=True)]
        return verify(database, journal, named, home.artifacts if deep else None, deep, trusted_vkey)


@contextmanager
def _still(store: Store, files: Sequence[Path]) -> Iterator[list[Path]]:
    """The files as they stand at one moment: copies, made in a moment and then read as long as that takes, while others
    write. Where there is nothing or no room to copy the files themselves, and nobody writes meanwhile."""
    with TemporaryDirectory(prefix="modelward-verify-") as folder:
        places = {parent: Path(folder, str(number)) for number, parent in enumerate({file.parent for file in files})}
        copies = [places[file.parent] / file.name for file in files]
        with store.quiet():
            if not store.exists() or not _copied(files, copies):
                yield list(files)
                return
        yield copies


def _copied(files: Sequence[Path], copies: Sequence[Path]) -> bool:
    """Whether there was room for a copy of each file that is there."""
    try:
        for file, copy in zip(files, copies, strict=True):
            copy.parent.mkdir(exist_ok=True)
            if file.exists():
                shutil.copyfile(file, copy)
    except OSError:
        return False
    return True
