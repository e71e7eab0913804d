"""Back the registry up, and prove that the copy can take its place: it verifies and has the same root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.audit.verifier.verification import verify
from data.errors import AuditError
from data.files.artifacts import file_digest
from data.queries.log_proof import root_of_copy, root_of_log
from data.registry.registry import Registry
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
    registry.backup(file)
    require_sound(verify(file, None, [], None, deep=True), f"the backup {file.name}")
    restored = root_of_copy(file)
    if root_of_log(registry, restored.events) != restored:
        raise AuditError(f"the backup {file.name} has another root over its {restored.events} events than the log")
    name_step(f"back up and restore {counted(restored.events, 'event')}: same root")
    return RestoreDrill(file, file_digest(file), restored.events, restored.root)
