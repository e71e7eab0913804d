"""Verifies the audit log at this moment, and computes the Merkle root over its events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from data.audit.merkle import root
from data.audit.verifier.report import Report
from data.errors import NestedTransactionError, StoreLockedError
from data.files.home import Home
from data.queries.verification import verify_registry
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.store import Store


@dataclass(frozen=True)
class LogProof:
    """The outcome of a verification, or the reason why none was made."""

    outcome: Report | None
    why_not: str = ""


@dataclass(frozen=True)
class LogRoot:
    """The Merkle root, as hex, over the first `events` events of a log."""

    events: int
    root: str


def prove_log(home: Home) -> LogProof:
    """Verify every event of the log against journal and anchors, without the tables and artifacts (option `--deep`).

    If another process has locked the registry, this is not an error; `why_not` says so. Raises MissingRegistryError.
    """
    try:
        return LogProof(verify_registry(Registry(home), deep=False))
    except (NestedTransactionError, StoreLockedError) as busy:
        return LogProof(None, busy.what)


def root_of_log(registry: Registry, events: int) -> LogRoot:
    """Return the root over the first events of the log, computed from their leaves.

    A shorter log gives a result with fewer events. Raises MissingRegistryError, StoreError.
    """
    with registry.store.reading() as connection:
        rows = connection.execute("SELECT leaf FROM audit_event WHERE seq < ? ORDER BY seq", [events]).fetchall()
    return LogRoot(len(rows), root([row[0] for row in rows]).hex())


def root_of_copy(file: Path) -> LogRoot:
    """Return the root over all events of a backup file, as stated in the backup itself.

    Nothing is written beside the backup. Raises MissingRegistryError, StoreError.
    """
    with (
        TemporaryDirectory(prefix="modelward-") as folder,
        Store(file, Path(folder, "copy.lock")).reading() as connection,
    ):
        head = AuditLog(connection).head()
    return LogRoot(head.size, head.frontier.root().hex())
