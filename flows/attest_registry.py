"""Attest registry: verify the log deep, anchor it, back it up, restore the backup as a drill, record it."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from tasks.attest.anchor_log import anchor_log
from tasks.attest.drill_restore import drill_restore
from tasks.attest.record_attestation import record_attestation
from tasks.attest.show_attestation import show_attestation
from tasks.attest.verify_log import verify_log
from tasks.run.business_time import registry_moment
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled


@flow(name="attest registry", flow_run_name=titled("attest the registry on {day}"), persist_result=False)
def attest_registry(as_of: datetime | None = None) -> str:
    """The attestation's key. Raises AuditError when the log or its copy does not verify; nothing is recorded then.

    Args:
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    context, steps = this_run(registry_moment(as_of)), Steps()
    report = steps.take(verify_log)
    anchored = steps.take(anchor_log)
    drill = steps.take(drill_restore)
    key = steps.take(record_attestation, report, anchored, drill, context)
    show_attestation(key)
    return leave_answer(key)
