"""Remind people, through the outbox, of what waits for them or begins and ends, and never twice the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from data.notices.outbox import Notice, Outbox
from data.notices.quoted_text import quoted
from data.records.approval import ApprovalRequest
from data.records.deployment import Slot
from data.records.model import Model
from data.records.names import short
from data.records.person import RoleGrant
from data.records.review import Finding, Review
from data.records.run_context import RunContext
from data.records.version import ReviewState, Version
from data.registry.purposes import RELEASE
from data.registry.registry import Registry
from data.registry.rules.emergency import release_of
from data.registry.state import State
from tasks.notify.notify_approvers import notices_of_questions
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due

Source = Callable[[State, datetime], Iterator[Notice]]
WEEK = timedelta(days=7)
AHEAD = timedelta(days=30)


def reminders(run: RunContext) -> Iterator[Due]:
    """Open questions, late findings and reviews, what is about to lapse, deputies that begin and end."""
    return _due(run, SOURCES)


def unanswered_questions(run: RunContext) -> Iterator[Due]:
    """What is to be said about open questions by now; carried out often, for some are open for a day only."""
    return _due(run, (notices_of_questions,))


def _due(run: RunContext, sources: Sequence[Source]) -> Iterator[Due]:
    now = moment(run.as_of)
    with Registry.here().reading() as state:
        notices = [notice for find in sources for notice in find(state, now)]
    for one in notices:
        yield one.about, partial(_leave, one, now)


def _leave(notice: Notice, now: datetime) -> str:
    outbox = Outbox(Registry.here().home.outbox)
    if outbox.find(notice) is not None:
        return ""
    outbox.put(notice, now)
    return f"{notice.to} {'told' if notice.number == 1 else 'reminded'}: {notice.title}"


def _week(due_at: datetime, now: datetime) -> int:
    """Which reminder it is: the first when it came due, another each week."""
    return 1 + (now - due_at) // WEEK


def _late_findings(state: State, now: datetime) -> Iterator[Notice]:
    for one in state.find(Finding):
        if one.state in ("open", "disputed") and one.due_at <= now:
            title = f"finding {one.number} of {short(one.version)} was due on {one.due_at:%Y-%m-%d}"
            text = f"{quoted(one.title)}\n\n{quoted(one.text)}\n\nAnswer it with `modelward findings answer`."
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
            text=f"{quoted(one.reason)}\n\nComplete it with `modelward review complete`.",
            number=1 + _week(one.due_at, now) if late else 1,
        )


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


def _lapsing_releases(state: State, now: datetime) -> Iterator[Notice]:
    """Emergency releases that were ratified and go on for less than half of their days: they need approval by then."""
    for one in state.find(ApprovalRequest, purpose=RELEASE.name, state="approved"):
        live, until = release_of(state, one.key), one.valid_until
        if live is None or live.state != "deployed" or until is None:
            continue
        if until - timedelta(days=one.approval_days) / 2 <= now < until:
            yield Notice(
                kind="expiry",
                to=state.need(Model, live.model).owner,
                about=one.key,
                title=f"the emergency release of {short(one.subject)} is undone on {until:%Y-%m-%d}",
                text="It serves, ratified and not approved. Have it approved with `modelward deploy` before that day.",
                answer_by=until,
            )


def _deputies_now(state: State, now: datetime) -> Iterator[Notice]:
    """Both learn when somebody begins to stand in for somebody, with the day on which it ends."""
    for one in state.find(RoleGrant):
        if not one.deputy_of or one.to_at is None or not one.from_at <= now < one.to_at:
            continue
        title = f"{one.person} stands in for {one.deputy_of} as {_role(one)} until {one.to_at:%Y-%m-%d %H:%M} UTC"
        text = "What waits for the one may be answered by the other, who says so, and once for both."
        for to in (one.person, one.deputy_of):
            yield Notice(kind="expiry", to=to, about=one.key, title=title, text=text, answer_by=one.to_at)


def _ended_deputies(state: State, now: datetime) -> Iterator[Notice]:
    for one in state.find(RoleGrant):
        if one.deputy_of and one.to_at is not None and now - AHEAD < one.to_at <= now:
            title = f"{one.person} no longer stands in for {one.deputy_of} as {_role(one)}"
            text = f"The time as deputy ended on {one.to_at:%Y-%m-%d %H:%M} UTC."
            for to in (one.deputy_of, one.person):
                yield Notice(kind="expiry", to=to, about=one.key, title=title, text=text)


def _role(grant: RoleGrant) -> str:
    """The role, and for what it is held where that is not everything."""
    return f"{grant.role} ({grant.scope})" if grant.scope else grant.role.value


SOURCES: tuple[Source, ...] = (
    _late_findings,
    _late_reviews,
    notices_of_questions,
    _lapsing_releases,
    _lapsing_approvals,
    _deputies_now,
    _ended_deputies,
)
