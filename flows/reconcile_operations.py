"""Reconcile operations: finish or undo what a crash left incomplete, expire requests, end runs without a request."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from tasks.maintain.recover_crashes import recover_crashes
from tasks.maintain.show_report import show_report
from tasks.run.business_time import registry_moment
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled


@flow(name="reconcile operations", flow_run_name=titled("reconcile operations on {day}"), persist_result=False)
def reconcile_operations(as_of: datetime | None = None) -> dict[str, list[str]]:
    """Safe to repeat; what was done, by job, and under `failed` what was not.

    Args:
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    report = recover_crashes(this_run(registry_moment(as_of)), Steps())
    show_report("reconciliation", report)
    return leave_answer(report)
