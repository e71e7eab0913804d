"""Whether the audit log holds at this moment, or why nobody verified it; and the root over its events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.audit.merkle import root
from data.audit.verifier.report import Report
from data.errors import NestedTransactionError, StoreLockedError
from data.files.home import Home
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.store import Store
from data.registry.verification import verify_registry


@dataclass(frozen=True)
class LogProof:
    """The outcome of a verification, or the reason why there is none."""

    outcome: Report | None
    why_not: str = ""


@dataclass(frozen=True)
class LogRoot:
    """The Merkle root, as hex, over the first `events` events of a log."""

    events: int
    root: str


def prove_log(home: Home) -> LogProof:
    """Verify every event of the log against journal and anchors; the tables and artifacts are left to `--deep`.

    Another process that holds the registry is no error: the proof then says so. Raises MissingRegistryError.
    """
    try:
        return LogProof(verify_registry(Registry(home), deep=False))
    except (NestedTransactionError, StoreLockedError) as busy:
        return LogProof(None, busy.what)


def root_of_log(registry: Registry, events: int) -> LogRoot:
    """The root over the first events of the log, computed from their leaves. Raises MissingRegistryError, StoreError.

    The result has fewer events where the log is shorter.
    """
    with registry.store.reading() as connection:
        rows = connection.execute("SELECT leaf FROM audit_event WHERE seq < ? ORDER BY seq", [events]).fetchall()
    return LogRoot(len(rows), root([row[0] for row in rows]).hex())


def root_of_copy(file: Path) -> LogRoot:
    """The root over everything in a backup file, as the backup itself states it.

    A lock file of its own stands beside the backup meanwhile. Raises MissingRegistryError, StoreError.
    """
    copy = Store(file, file.with_suffix(".lock"))
    copy.lock.touch()
    try:
        with copy.reading() as connection:
            head = AuditLog(connection).head()
    finally:
        copy.lock.unlink(missing_ok=True)
    return LogRoot(head.size, head.frontier.root().hex())
