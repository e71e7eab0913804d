"""The jobs that finish or undo what a crash left incomplete, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.records.run_context import RunContext
from tasks.deploy.reconcile_operation import running_operations
from tasks.deploy.undo_release import lapsed_releases
from tasks.maintain.crash_silent_runs import silent_runs
from tasks.maintain.expire_approvals import expired_requests
from tasks.maintain.remind_people import open_decisions
from tasks.maintain.withdraw_orphans import orphaned_requests, orphaned_runs
from tasks.notify.deliver_notices import delivered_notices
from tasks.run.run_due_jobs import Due, run_due_jobs

JOBS: Mapping[str, Callable[[RunContext], Iterable[Due]]] = {
    "silent": silent_runs,
    "operations": running_operations,
    "expired": expired_requests,
    "requests": orphaned_requests,
    "runs": orphaned_runs,
    "releases": lapsed_releases,
    "people": open_decisions,
    "carried": delivered_notices,
}


@task(name="end what died", cache_policy=NO_CACHE, persist_result=False)
def recover_crashes(context: RunContext) -> dict[str, list[str]]:
    """Each thing on its own; answers what was done, by kind, and under `failed` what could not be."""
    return run_due_jobs(JOBS, context)
