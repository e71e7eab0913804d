"""Review models: note what ran out, take back what was conditional, escalate, open reviews, remind, go on retiring."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from tasks.business_time import registry_moment
from tasks.carry_out_operation import Run
from tasks.look_after_models import look_after_models
from tasks.name_run import this_run


@flow(name="review models", persist_result=False)
def review_models(as_of: datetime | None = None) -> dict[str, list[str]]:
    """Do what came due; answers what was done, by kind, and under `failed` what could not be."""
    told = this_run()
    return look_after_models(Run(told.actor, registry_moment(as_of), told.id))
