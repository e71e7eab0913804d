"""Attest registry: verify it deep, anchor it, back it up, prove that the backup restores, and record all of that."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from data.records.run_context import RunContext
from tasks.attest.anchor_log import anchor_log
from tasks.attest.drill_restore import drill_restore
from tasks.attest.record_attestation import record_attestation
from tasks.attest.show_attestation import show_attestation
from tasks.attest.verify_log import verify_log
from tasks.run.business_time import registry_moment
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.title_run import titled


@flow(name="attest registry", flow_run_name=titled("attest the registry on {day}"), persist_result=False)
def attest_registry(as_of: datetime | None = None) -> str:
    """Answers the attestation's key. Raises AuditError when the log or its copy does not hold; nothing is recorded.

    Args:
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    told = this_run()
    report = verify_log()
    anchored = anchor_log()
    drill = drill_restore()
    key = record_attestation(report, anchored, drill, RunContext(told.actor, registry_moment(as_of), told.run_id))
    show_attestation(key)
    return leave_answer(key)
