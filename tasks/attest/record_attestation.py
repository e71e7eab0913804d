"""Record that verification, backup and restore drill held, and what assurance was reached."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.audit.verifier.report import Report
from data.records.run_context import RunContext
from data.registry.commands.log import Attest
from data.registry.registry import Registry
from tasks.attest.drill_restore import Drill


@task(name="record attestation", cache_policy=NO_CACHE, persist_result=False)
def record_attestation(report: Report, anchored: int, drill: Drill, run: RunContext) -> str:
    """One event, anchored at once; answers the attestation's key."""
    command = Attest(
        events=drill.events,
        anchored=anchored,
        assurance=report.assurance,
        backup_digest=drill.digest,
        restored_root=f"sha256:{drill.root}",
    )
    return Registry.here().execute(command, run).subject
