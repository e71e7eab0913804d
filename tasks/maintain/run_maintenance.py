"""The jobs of the nightly review in their order, because a job may make a later one due."""

from __future__ import annotations

from collections.abc import Mapping

from data.records.run_context import RunContext
from tasks.deploy.undo_release import lapsed_releases
from tasks.maintain.continue_retirements import open_retirements
from tasks.maintain.escalate_incidents import late_ratifications
from tasks.maintain.expire_approvals import expired_requests, expired_versions, expired_waivers
from tasks.maintain.open_reviews import lapsed_versions, periodic_reviews
from tasks.maintain.prune_profiles import pruned_profiles
from tasks.maintain.remind_people import reminders
from tasks.maintain.revoke_approvals import unmet_conditions
from tasks.notify.deliver_notices import delivered_notices
from tasks.run.run_due_jobs import Job, run_due_jobs
from tasks.run.take_steps import PLAIN_CALLS, Steps

JOBS: Mapping[str, Job] = {
    "requests": Job("expire requests", expired_requests),
    "waivers": Job("expire waivers", expired_waivers),
    "approvals": Job("expire approvals", expired_versions),
    "conditions": Job("revoke approvals with unmet conditions", unmet_conditions),
    "releases": Job("undo lapsed emergency releases", lapsed_releases),
    "incidents": Job("escalate unratified incidents", late_ratifications),
    "lapsed": Job("open reviews of lapsed versions", lapsed_versions),
    "reviews": Job("open periodic reviews", periodic_reviews),
    "retirements": Job("continue retirements", open_retirements),
    "reminders": Job("remind people", reminders),
    "carried": Job("deliver notices", delivered_notices),
    "profiles": Job("prune cached profiles", pruned_profiles),
}


def run_maintenance(context: RunContext, steps: Steps = PLAIN_CALLS) -> dict[str, list[str]]:
    """Run each job; return what was done by job, and failures under `failed`."""
    return run_due_jobs(JOBS, context, steps)
