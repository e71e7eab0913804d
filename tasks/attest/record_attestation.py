"""Record that verification, backup and restore drill succeeded, and the level of assurance."""

from __future__ import annotations

from data.audit.verifier.report import Report
from data.records.run_context import RunContext
from data.registry.commands.log import Attest
from data.registry.registry import Registry
from tasks.attest.drill_restore import RestoreDrill
from tasks.run.take_steps import name_step, step


@step("record attestation")
def record_attestation(report: Report, anchored: int, drill: RestoreDrill, context: RunContext) -> str:
    """Record the attestation in one event, which is anchored at once; return the attestation's key."""
    command = Attest(
        events=drill.events,
        anchored=anchored,
        assurance=report.assurance,
        backup_digest=drill.digest,
        restored_root=f"sha256:{drill.root}",
        backup=drill.folder.name,
    )
    key = Registry.here().execute(command, context).subject
    name_step(f"record attestation: assurance {report.assurance}", attestation=key)
    return key
