"""Reconcile operations: finish or undo what a crash left incomplete, expire requests, cancel runs without a request."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from tasks.maintain.recover_crashes import recover_crashes
from tasks.maintain.show_report import show_report
from tasks.run.business_time import registry_moment
from tasks.run.name_run import this_run
from tasks.run.store_result import store_result
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled


@flow(name="reconcile operations", flow_run_name=titled("reconcile operations on {day}"), persist_result=False)
def reconcile_operations(as_of: datetime | None = None) -> dict[str, list[str]]:
    """Clean up after crashes; it is safe to repeat. Return what was done by job, and failures under `failed`.

    Args:
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    report = recover_crashes(this_run(registry_moment(as_of)), Steps())
    show_report("reconciliation", report)
    return store_result(report)
