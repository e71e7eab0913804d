"""The jobs of the nightly review, in this order: a job may make the next one due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prefect import task
from prefect.cache_policies import NO_CACHE

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
from tasks.run.run_due_jobs import Due, run_due_jobs

JOBS: Mapping[str, Callable[[RunContext], Iterable[Due]]] = {
    "requests": expired_requests,
    "waivers": expired_waivers,
    "approvals": expired_versions,
    "conditions": unmet_conditions,
    "releases": lapsed_releases,
    "incidents": late_ratifications,
    "lapsed": lapsed_versions,
    "reviews": periodic_reviews,
    "retirements": open_retirements,
    "reminders": reminders,
    "carried": delivered_notices,
    "profiles": pruned_profiles,
}


@task(name="look after models", cache_policy=NO_CACHE, persist_result=False)
def run_maintenance(context: RunContext) -> dict[str, list[str]]:
    """Each thing on its own; answers what was done, by kind, and under `failed` what could not be."""
    return run_due_jobs(JOBS, context)
