"""Open the reviews that came due: of every model in its period, of what serves without an approval at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from data.records.deployment import Slot
from data.records.model import Model
from data.records.names import short
from data.records.review import Review
from data.records.run_context import RunContext
from data.records.version import ReviewState, Version
from data.registry.commands.review import OpenReview
from data.registry.registry import Registry
from gates.standard import oversight_for
from tasks.maintain.expire_approvals import execute
from tasks.run.business_time import moment
from tasks.run.load_standards import standards_of
from tasks.run.run_due_jobs import Due

PERIODIC = "periodic review"
LAPSED = (ReviewState.EXPIRED, ReviewState.REVOKED)
TIME_TO_REVIEW = timedelta(days=30)
TIME_TO_ACT = timedelta(days=7)


def periodic_reviews(run: RunContext) -> Iterator[Due]:
    """Each active model is asked whether its period is over."""
    with Registry.here().reading() as state:
        models = state.find(Model, state="active")
    for one in models:
        yield one.key, partial(_open_periodic, one, run)


def lapsed_versions(run: RunContext) -> Iterator[Due]:
    """Versions that serve although their approval expired or was revoked: somebody must decide what becomes of it."""
    due_at = moment(run.as_of) + TIME_TO_ACT
    with Registry.here().reading() as state:
        serving = [state.need(Version, one.version) for one in state.find(Slot) if one.version]
        known = [(one.version, one.reason) for one in state.find(Review, state="open")]
    for one in {each.key: each for each in serving if each.review_state in LAPSED}.values():
        reason = f"it serves although its approval is {one.review_state}"
        if (one.key, reason) not in known:
            command = OpenReview(model=one.model, version=one.key, reason=reason, due_at=due_at)
            yield one.key, partial(execute, command, run, f"review of {short(one.key)} opened: {reason}")


def _open_periodic(model: Model, run: RunContext) -> str:
    now = moment(run.as_of)
    with Registry.here().reading() as state:
        reviews = state.find(Review, model=model.key, reason=PERIODIC)
        days = oversight_for(standards_of(state, model).first, model.tier).review_days
    if any(one.state == "open" for one in reviews) or now < last_reviewed(model, reviews) + timedelta(days=days):
        return ""
    command = OpenReview(model=model.key, reason=PERIODIC, due_at=now + TIME_TO_REVIEW)
    return execute(command, run, f"{PERIODIC} of {short(model.key)} opened, the last was {days} days ago or more")


def last_reviewed(model: Model, reviews: list[Review]) -> datetime:
    """When a model was reviewed last; its registration counts as the first time."""
    return max([model.registered_at, *(one.completed_at for one in reviews if one.completed_at is not None)])
