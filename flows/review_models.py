"""Review models: note what ran out, take back what was conditional, escalate, open reviews, remind, go on retiring."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from data.records.run_context import RunContext
from tasks.maintain.run_maintenance import run_maintenance
from tasks.maintain.show_report import show_report
from tasks.run.business_time import registry_moment
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.title_run import titled


@flow(name="review models", flow_run_name=titled("review models on {day}"), persist_result=False)
def review_models(as_of: datetime | None = None) -> dict[str, list[str]]:
    """Do what came due; answers what was done, by kind, and under `failed` what could not be.

    Args:
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    told = this_run()
    report = run_maintenance(RunContext(told.actor, registry_moment(as_of), told.run_id))
    show_report("review", report)
    return leave_answer(report)
