"""The jobs that finish or undo what a crash left incomplete, in the order in which they run."""

from __future__ import annotations

from collections.abc import Mapping

from data.records.run_context import RunContext
from tasks.deploy.reconcile_operation import running_operations
from tasks.deploy.sign_manifests import unsigned_manifests
from tasks.deploy.undo_release import lapsed_releases
from tasks.maintain.crash_silent_runs import silent_runs
from tasks.maintain.expire_approvals import expired_requests
from tasks.maintain.remind_people import open_decisions
from tasks.maintain.withdraw_orphans import orphaned_requests, orphaned_runs
from tasks.notify.deliver_notices import delivered_notices
from tasks.run.run_due_jobs import Job, run_due_jobs
from tasks.run.take_steps import PLAIN_CALLS, Steps

JOBS: Mapping[str, Job] = {
    "silent": Job("crash silent runs", silent_runs),
    "operations": Job("finish or undo operations", running_operations),
    "expired": Job("expire requests", expired_requests),
    "requests": Job("withdraw orphaned requests", orphaned_requests),
    "runs": Job("cancel orphaned runs", orphaned_runs),
    "releases": Job("undo lapsed emergency releases", lapsed_releases),
    "manifests": Job("sign unsigned manifests", unsigned_manifests),
    "people": Job("notify people of open decisions", open_decisions),
    "carried": Job("deliver notices", delivered_notices),
}


def recover_crashes(context: RunContext, steps: Steps = PLAIN_CALLS) -> dict[str, list[str]]:
    """Run each job; return what was done by job, and failures under `failed`."""
    return run_due_jobs(JOBS, context, steps)
