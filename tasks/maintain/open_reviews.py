"""Open due reviews: periodic ones of each model, and one at once for a version that serves without approval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from data.queries.due_work import lapsed_serving_versions, review_history
from data.records.log import Standard
from data.records.model import Model
from data.records.names import short
from data.records.review import Review
from data.records.run_context import RunContext
from data.registry.commands.review import OpenReview
from data.registry.registry import Registry
from gates.standard import oversight_for
from tasks.maintain.expire_approvals import execute
from tasks.run.business_time import moment
from tasks.run.load_standards import in_force
from tasks.run.run_due_jobs import Due

PERIODIC = "periodic review"
TIME_TO_REVIEW = timedelta(days=30)
TIME_TO_ACT = timedelta(days=7)


def periodic_reviews(context: RunContext) -> Iterator[Due]:
    """Yield each active model with its reviews; the job itself decides whether a review is due."""
    history = review_history(Registry.here(), PERIODIC)
    for model in history.models:
        reviews = [review for review in history.reviews if review.model == model.key]
        yield model.key, partial(_open_periodic, model, reviews, history.standards, context)


def lapsed_versions(context: RunContext) -> Iterator[Due]:
    """Yield versions that serve although their approval expired or was revoked, so that a person decides about each."""
    due_at = moment(context.as_of) + TIME_TO_ACT
    for lapsed in lapsed_serving_versions(Registry.here()):
        version = lapsed.version
        reason = f"it serves although its approval is {version.review_state}"
        if reason not in lapsed.open_reasons:
            command = OpenReview(model=version.model, version=version.key, reason=reason, due_at=due_at)
            yield version.key, partial(execute, command, context, f"review of {short(version.key)} opened: {reason}")


def _open_periodic(model: Model, reviews: Sequence[Review], standards: Sequence[Standard], context: RunContext) -> str:
    now = moment(context.as_of)
    days = oversight_for(in_force(standards, model).first, model.tier).review_days
    if any(one.state == "open" for one in reviews) or now < last_reviewed(model, reviews) + timedelta(days=days):
        return ""
    command = OpenReview(model=model.key, reason=PERIODIC, due_at=now + TIME_TO_REVIEW)
    return execute(
        command, context, f"{PERIODIC} of {short(model.key)} opened, because {days} days have passed since the last"
    )


def last_reviewed(model: Model, reviews: Sequence[Review]) -> datetime:
    """Return the time of a model's last review; its registration counts as the first."""
    return max([model.registered_at, *(one.completed_at for one in reviews if one.completed_at is not None)])
