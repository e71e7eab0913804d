"""Remind people, through the outbox, of what waits for them: once a week each, and never twice the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from data.outbox import Notice, Outbox
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Slot
from data.records.model import Model
from data.records.names import model_of, short
from data.records.person import RoleGrant
from data.records.review import Finding, Review
from data.records.version import ReviewState, Version
from data.registry import Registry
from data.state import State
from tasks.business_time import moment
from tasks.carry_out_operation import Run
from tasks.settle_due import Due

WEEK = timedelta(days=7)
AHEAD = timedelta(days=30)


def reminders(run: Run) -> Iterator[Due]:
    """Late findings and reviews, requests that are running out, approvals about to lapse, deputies that ended."""
    now = moment(run.as_of)
    with Registry.here().reading() as state:
        notices = [notice for find in SOURCES for notice in find(state, now)]
    for one in notices:
        yield one.about, partial(_leave, one, now)


def _leave(notice: Notice, now: datetime) -> str:
    outbox = Outbox(Registry.here().home.outbox)
    before = len(list(outbox.root.glob("*.json")))
    outbox.leave(notice, now)
    return f"{notice.to} reminded: {notice.title}" if len(list(outbox.root.glob("*.json"))) > before else ""


def _week(due_at: datetime, now: datetime) -> int:
    """Which reminder it is: the first when it came due, another each week."""
    return 1 + (now - due_at) // WEEK


def _late_findings(state: State, now: datetime) -> Iterator[Notice]:
    for one in state.find(Finding):
        if one.state in ("open", "disputed") and one.due_at <= now:
            title = f"finding {one.number} of {short(one.version)} was due on {one.due_at:%Y-%m-%d}"
            text = f"{one.title}\n\n{one.text}\n\nAnswer it with `modelward findings answer`."
            yield Notice(
                kind="finding", to=one.owner, about=one.key, title=title, text=text, number=_week(one.due_at, now)
            )


def _late_reviews(state: State, now: datetime) -> Iterator[Notice]:
    for one in state.find(Review, state="open"):
        late = one.due_at <= now
        title = f"review {one.number} of {short(one.version or one.model)} is due on {one.due_at:%Y-%m-%d}"
        yield Notice(
            kind="review",
            to=state.need(Model, one.model).owner,
            about=one.key,
            title=title,
            text=f"{one.reason}\n\nComplete it with `modelward review complete`.",
            number=1 + _week(one.due_at, now) if late else 1,
        )


def _waiting_requests(state: State, now: datetime) -> Iterator[Notice]:
    """Half of the time is over: whoever may sign and has not is told."""
    for one in state.find(ApprovalRequest, state="pending"):
        if not one.issued_at + (one.expires_at - one.issued_at) / 2 <= now < one.expires_at:
            continue
        until = f"{one.expires_at:%Y-%m-%d %H:%M} UTC"
        voted = {vote.person for vote in state.find(Vote, request=one.key)}
        for person in sorted(_may_sign(state, one, now) - voted):
            yield Notice(
                kind="approval",
                to=person,
                about=one.key,
                title=f"the request to {one.purpose} {short(one.subject)} runs out on {until}",
                text="It waits for signatures. Answer it with `modelward approvals`, or on the page of its run.",
                answer_by=one.expires_at,
            )


def _may_sign(state: State, request: ApprovalRequest, now: datetime) -> set[str]:
    team = state.need(Model, model_of(request.subject)).team
    roles = {one.role for one in request.required}
    grants = [one for one in state.find(RoleGrant) if one.role in roles and one.team in ("*", team)]
    return {one.person for one in grants if one.from_at <= now and (one.to_at is None or now < one.to_at)}


def _lapsing_approvals(state: State, now: datetime) -> Iterator[Notice]:
    """What serves and is approved for a month at most."""
    for key in sorted({one.version for one in state.find(Slot) if one.version}):
        version = state.need(Version, key)
        until = version.valid_until
        if version.review_state is ReviewState.APPROVED and until is not None and now < until <= now + AHEAD:
            yield Notice(
                kind="expiry",
                to=state.need(Model, version.model).owner,
                about=key,
                title=f"the approval of {short(key)} runs out on {until:%Y-%m-%d}",
                text="It serves. Have it approved again, or have another version deployed, before that day.",
                answer_by=until,
            )


def _ended_deputies(state: State, now: datetime) -> Iterator[Notice]:
    for one in state.find(RoleGrant):
        if one.deputy_of and one.to_at is not None and now - AHEAD < one.to_at <= now:
            title = f"{one.person} no longer stands in for {one.deputy_of} as {one.role}"
            text = f"The time as deputy ended on {one.to_at:%Y-%m-%d %H:%M} UTC."
            yield Notice(kind="expiry", to=one.deputy_of, about=one.key, title=title, text=text)


SOURCES: tuple[Callable[[State, datetime], Iterator[Notice]], ...] = (
    _late_findings,
    _late_reviews,
    _waiting_requests,
    _lapsing_approvals,
    _ended_deputies,
)
