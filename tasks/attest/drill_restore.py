"""Back the registry up, and prove that the copy can take its place: it verifies and has the same root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.audit.merkle import root
from data.audit.verifier.verification import verify
from data.errors import AuditError
from data.files.artifacts import file_digest
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.store import Store
from tasks.attest.verify_log import require_sound
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted


@dataclass(frozen=True)
class RestoreDrill:
    """A backup that was restored: its file and digest, the events in it, and the root over them as hex."""

    file: Path
    digest: str
    events: int
    root: str


@step("drill restore")
def drill_restore() -> RestoreDrill:
    """Copy, verify the copy deep, compare it with the log it was made from.

    Raises StoreError when the copy cannot be written, AuditError when it does not hold.
    """
    registry = Registry.here()
    file = registry.home.backups / f"registry-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.duckdb"
    registry.store.backup(file)
    require_sound(verify(file, None, [], None, deep=True), f"the backup {file.name}")
    events, restored = _head(file)
    if live_root(registry, events) != restored:
        raise AuditError(f"the backup {file.name} has another root over its {events} events than the log")
    name_step(f"back up and restore {counted(events, 'event')}: same root")
    return RestoreDrill(file, file_digest(file), events, restored)


def live_root(registry: Registry, size: int) -> str:
    """The root over the first events of the log, as hex: others may have been recorded since the copy was made."""
    with registry.store.reading() as connection:
        rows = connection.execute("SELECT leaf FROM audit_event WHERE seq < ? ORDER BY seq", [size]).fetchall()
    return root([row[0] for row in rows]).hex()


def _head(file: Path) -> tuple[int, str]:
    copy = Store(file, file.with_suffix(".lock"))
    copy.lock.touch()
    try:
        with copy.reading() as connection:
            head = AuditLog(connection).head()
    finally:
        copy.lock.unlink(missing_ok=True)
    return head.size, head.frontier.root().hex()
