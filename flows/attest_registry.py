"""Attest registry: verify log and what serves, anchor the log, back up, verify the restored copy, record the result."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from data.errors import AuditError
from tasks.attest.anchor_log import anchor_log, sign_log
from tasks.attest.back_up_registry import write_backup
from tasks.attest.compare_manifests import compare_manifests
from tasks.attest.drill_restore import drill_restore
from tasks.attest.prune_backups import prune_old_backups
from tasks.attest.record_attestation import record_attestation
from tasks.attest.show_attestation import show_attestation
from tasks.attest.verify_log import verify_log
from tasks.run.business_time import registry_moment
from tasks.run.name_run import this_run
from tasks.run.store_result import store_result
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled


@flow(name="attest registry", flow_run_name=titled("attest the registry on {day}"), persist_result=False)
def attest_registry(as_of: datetime | None = None) -> str:
    """Attest the registry and return the key of the attestation.

    Raises AuditError when the log, what serves, or the backup does not verify; nothing is recorded in that case.

    Args:
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    context, steps = this_run(registry_moment(as_of)), Steps()
    try:
        report = steps.take(verify_log, context)
    except AuditError:
        steps.take(compare_manifests, context)  # A fault of the log must not hide what serves.
        raise
    steps.take(compare_manifests, context)
    steps.take(sign_log)
    anchored = steps.take(anchor_log)
    backup = steps.take(write_backup)
    drill = steps.take(drill_restore, backup)
    key = steps.take(record_attestation, report, anchored, drill, context)
    steps.take(prune_old_backups, context)
    show_attestation(key)
    return store_result(key)
