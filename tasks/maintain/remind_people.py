"""Remind people of open decisions, late work, and approvals and deputies that end; each reminder is written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial

from data.notices.outbox import Notice, Outbox
from data.notices.quoted_text import quoted
from data.queries.pending_decisions import pending_decisions
from data.queries.reminders import ReminderFacts, reminder_facts
from data.records.names import short
from data.records.person import RoleGrant
from data.records.run_context import RunContext
from data.registry.registry import Registry
from tasks.notify.notify_approvers import notices_of_decisions
from tasks.run.business_time import moment
from tasks.run.run_due_jobs import Due

ReminderRule = Callable[[ReminderFacts, datetime], Iterator[Notice]]
WEEK = timedelta(days=7)
AHEAD = timedelta(days=30)


def reminders(context: RunContext) -> Iterator[Due]:
    """Yield notices about open decisions, late findings and reviews, approvals that end soon, and deputies."""
    now = moment(context.as_of)
    facts = reminder_facts(Registry.here(), now)
    before = [notice for rule in BEFORE_DECISIONS for notice in rule(facts, now)]
    after = [notice for rule in AFTER_DECISIONS for notice in rule(facts, now)]
    return _due([*before, *_about_decisions(now), *after], now)


def open_decisions(context: RunContext) -> Iterator[Due]:
    """Yield the notices about open decisions only; this job runs often, as some decisions are open for one day."""
    now = moment(context.as_of)
    return _due(_about_decisions(now), now)


def _about_decisions(now: datetime) -> list[Notice]:
    return list(notices_of_decisions(pending_decisions(Registry.here(), now), now))


def _due(notices: Iterable[Notice], now: datetime) -> Iterator[Due]:
    for notice in notices:
        yield notice.about, partial(_write, notice, now)


def _write(notice: Notice, now: datetime) -> str:
    outbox = Outbox(Registry.here().home.outbox)
    if outbox.find(notice) is not None:
        return ""
    outbox.write(notice, now)
    return f"{notice.to} {'notified' if notice.number == 1 else 'reminded'}: {notice.title}"


def _week(due_at: datetime, now: datetime) -> int:
    """Return the number of a reminder: 1 on the due date, and one more for each week after it."""
    return 1 + (now - due_at) // WEEK


def _late_findings(facts: ReminderFacts, now: datetime) -> Iterator[Notice]:
    for finding in facts.late_findings:
        title = f"finding {finding.number} of {short(finding.version)} was due on {finding.due_at:%Y-%m-%d}"
        text = f"{quoted(finding.title)}\n\n{quoted(finding.text)}\n\nAnswer it with `modelward findings answer`."
        yield Notice(
            kind="finding",
            to=finding.owner,
            about=finding.key,
            title=title,
            text=text,
            number=_week(finding.due_at, now),
        )


def _late_reviews(facts: ReminderFacts, now: datetime) -> Iterator[Notice]:
    for owned in facts.open_reviews:
        review = owned.review
        late, name = review.due_at <= now, short(review.version or review.model)
        yield Notice(
            kind="review",
            to=owned.owner,
            about=review.key,
            title=f"review {review.number} of {name} is due on {review.due_at:%Y-%m-%d}",
            text=f"{quoted(review.reason)}\n\nComplete it with `modelward review complete`.",
            number=1 + _week(review.due_at, now) if late else 1,
        )


def _lapsing_approvals(facts: ReminderFacts, now: datetime) -> Iterator[Notice]:
    """Yield notices about serving versions whose approval ends within 30 days."""
    for owned in facts.serving:
        key, until = owned.version.key, owned.version.valid_until
        if until is not None and now < until <= now + AHEAD:
            yield Notice(
                kind="expiry",
                to=owned.owner,
                about=key,
                title=f"the approval of {short(key)} expires on {until:%Y-%m-%d}",
                text="It serves. Have it approved again, or have another version deployed, before that day.",
                answer_by=until,
            )


def _lapsing_releases(facts: ReminderFacts, now: datetime) -> Iterator[Notice]:
    """Yield notices about ratified emergency releases that need an approval and have less than half their days left."""
    for owned in facts.releases:
        request, until = owned.request, owned.request.valid_until
        if until is not None and until - timedelta(days=request.approval_days) / 2 <= now < until:
            yield Notice(
                kind="expiry",
                to=owned.owner,
                about=request.key,
                title=f"the emergency release of {short(request.subject)} is undone on {until:%Y-%m-%d}",
                text="It serves, ratified and not approved. Have it approved with `modelward deploy` before that day.",
                answer_by=until,
            )


def _current_deputies(facts: ReminderFacts, now: datetime) -> Iterator[Notice]:
    """Yield notices to both people while one represents the other, with the end of that time."""
    for grant in facts.deputies:
        if grant.to_at is None or not grant.from_at <= now < grant.to_at:
            continue
        title = f"{grant.person} represents {grant.deputy_of} as {_role(grant)} until {grant.to_at:%Y-%m-%d %H:%M} UTC"
        text = "The deputy may answer what waits for the person they represent. One answer counts for both."
        for to in filter(None, (grant.person, grant.deputy_of)):
            yield Notice(kind="expiry", to=to, about=grant.key, title=title, text=text, answer_by=grant.to_at)


def _past_deputies(facts: ReminderFacts, now: datetime) -> Iterator[Notice]:
    for grant in facts.deputies:
        if grant.to_at is not None and now - AHEAD < grant.to_at <= now:
            title = f"{grant.person} no longer represents {grant.deputy_of} as {_role(grant)}"
            text = f"The time as deputy ended on {grant.to_at:%Y-%m-%d %H:%M} UTC."
            for to in filter(None, (grant.deputy_of, grant.person)):
                yield Notice(kind="expiry", to=to, about=grant.key, title=title, text=text)


def _role(grant: RoleGrant) -> str:
    """Return the role, with its scope if the scope is limited."""
    return f"{grant.role} ({grant.scope})" if grant.scope else grant.role.value


BEFORE_DECISIONS: tuple[ReminderRule, ...] = (_late_findings, _late_reviews)
AFTER_DECISIONS: tuple[ReminderRule, ...] = (_lapsing_releases, _lapsing_approvals, _current_deputies, _past_deputies)
