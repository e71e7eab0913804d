"""Reconcile operations: finish or undo what died half-way, expire requests, end runs that wait for nothing."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from data.records.run_context import RunContext
from tasks.maintain.recover_crashes import recover_crashes
from tasks.maintain.show_report import show_report
from tasks.run.business_time import registry_moment
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.title_run import titled


@flow(name="reconcile operations", flow_run_name=titled("reconcile operations on {day}"), persist_result=False)
def reconcile_operations(as_of: datetime | None = None) -> dict[str, list[str]]:
    """Safe to repeat; answers what was done, by kind, and under `failed` what could not be.

    Args:
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    told = this_run()
    report = recover_crashes(RunContext(told.actor, registry_moment(as_of), told.run_id))
    show_report("reconciliation", report)
    return leave_answer(report)
