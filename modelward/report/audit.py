"""What the report can say of its own source: how long the log is, what is anchored, and whether it held just now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from data.audit.verifier.report import Report
from data.audit.verifier.verification import verify
from data.errors import NestedTransactionError, StoreLockedError
from data.home import Home
from data.registry import Registry
from data.store import Store


@dataclass(frozen=True)
class AuditProof:
    """The outcome of a verification, or why there is none."""

    outcome: Report | None
    why_not: str = ""


def prove_log(home: Home) -> AuditProof:
    """Verify every event of the log against journal and anchors, as it stands; tables and artifacts are for --deep."""
    registry = Registry(home)
    anchors = registry.anchor_files
    log = home.database.with_name(f"{home.database.name}.wal")
    try:
        with _still(registry.store, [home.database, log, home.journal, *(path for _, path in anchors)]) as files:
            database, _, journal, *copies = files
            named = [(location, copy) for (location, _), copy in zip(anchors, copies, strict=True)]
            return AuditProof(verify(database, journal, named, None, deep=False))
    except (NestedTransactionError, StoreLockedError) as busy:
        return AuditProof(None, busy.what)


@contextmanager
def _still(store: Store, files: Sequence[Path]) -> Iterator[list[Path]]:
    """The files as they stand at one moment: copies, made in a moment and then read as long as that takes, while others
    write. Where there is no room for copies the files themselves, and nobody writes meanwhile."""
    with TemporaryDirectory(prefix="modelward-verify-") as folder:
        places = {parent: Path(folder, str(number)) for number, parent in enumerate({file.parent for file in files})}
        copies = [places[file.parent] / file.name for file in files]
        with store.quiet():
            try:
                _copy(files, copies)
            except OSError:
                yield list(files)
                return
        yield copies


def _copy(files: Sequence[Path], copies: Sequence[Path]) -> None:
    for file, copy in zip(files, copies, strict=True):
        copy.parent.mkdir(exist_ok=True)
        if file.exists():
            shutil.copyfile(file, copy)
