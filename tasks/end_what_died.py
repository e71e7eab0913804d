"""Everything that a crash may leave half-way, in the order in which it is ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.carry_notices import carried_notices
from tasks.carry_out_operation import Run
from tasks.crash_silent_runs import silent_runs
from tasks.expire_approvals import expired_requests
from tasks.reconcile_operation import running_operations
from tasks.remind_people import unanswered_questions
from tasks.settle_due import Due, settle_due
from tasks.undo_release import lapsed_releases
from tasks.withdraw_orphans import orphaned_requests, orphaned_runs

JOBS: Mapping[str, Callable[[Run], Iterable[Due]]] = {
    "silent": silent_runs,
    "operations": running_operations,
    "expired": expired_requests,
    "requests": orphaned_requests,
    "runs": orphaned_runs,
    "releases": lapsed_releases,
    "people": unanswered_questions,
    "carried": carried_notices,
}


@task(name="end what died", cache_policy=NO_CACHE, persist_result=False)
def end_what_died(run: Run) -> dict[str, list[str]]:
    """Each thing on its own; answers what was done, by kind, and under `failed` what could not be."""
    return settle_due(JOBS, run)
