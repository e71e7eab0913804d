"""Review models: expire, revoke, escalate, open reviews, remind people, and continue retirements."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from tasks.maintain.run_maintenance import run_maintenance
from tasks.maintain.show_report import show_report
from tasks.run.business_time import registry_moment
from tasks.run.name_run import this_run
from tasks.run.store_result import store_result
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled


@flow(name="review models", flow_run_name=titled("review models on {day}"), persist_result=False)
def review_models(as_of: datetime | None = None) -> dict[str, list[str]]:
    """Run the jobs that are due; return what was done by job, and failures under `failed`.

    Args:
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    report = run_maintenance(this_run(registry_moment(as_of)), Steps())
    show_report("review", report)
    return store_result(report)
