"""Prove that a backup can replace the registry: with its journal and anchors it verifies, and it has the same Merkle
root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.audit.verifier.verification import verify
from data.errors import AuditError
from data.files.artifacts import file_digest
from data.queries.log_proof import root_of_copy, root_of_log
from data.registry.registry import Registry
from data.text.counted import counted
from tasks.attest.back_up_registry import WrittenBackup
from tasks.attest.verify_log import require_sound
from tasks.run.take_steps import name_step, step


@dataclass(frozen=True)
class RestoreDrill:
    """A restored backup: its folder, the digest of its database, the number of its events, their Merkle root as hex."""

    folder: Path
    digest: str
    events: int
    root: str


@step("restore backup")
def drill_restore(backup: WrittenBackup) -> RestoreDrill:
    """Verify a backup deeply with its own journal and anchors, and compare it with the log.

    Raises AuditError when the backup has a discrepancy.
    """
    folder, files = backup.folder, (backup.database, backup.journal, backup.anchors)
    report = verify(*files, None, deep=True, authorities=backup.authorities)
    require_sound(report, f"the backup {folder.name}")
    restored = root_of_copy(backup.database)
    if root_of_log(Registry.here(), restored.events) != restored:
        raise AuditError(
            f"the backup {folder.name} and the log have different roots over {counted(restored.events, 'event')}"
        )
    name_step(f"restore {counted(restored.events, 'event')} from the backup: same root")
    return RestoreDrill(folder, file_digest(backup.database), restored.events, restored.root)
