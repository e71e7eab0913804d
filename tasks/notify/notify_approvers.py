"""Notify everybody who could make a decision at once, remind them at half-time, and escalate before it expires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from prefect.utilities.urls import url_for

from data.errors import PublishError
from data.notices.outbox import Notice, Outbox
from data.queries.pending_decisions import PendingDecisions
from data.records.names import short
from data.registry.registry import Registry
from data.settings import read_settings
from data.text.counted import counted
from tasks.notify.deliver_notices import deliver_or_log
from tasks.notify.gather_questions import OpenQuestion, open_questions, questions_of
from tasks.run.business_time import meanwhile, moment
from tasks.run.take_steps import name_step, repeated, step, warn_step
from views.evidence_address import evidence_url, report_command, request_page, version_page

HALF, LATE = 0.5, 0.8
FIRST, REMINDER, ESCALATION = 1, 2, 3


@step("notify people")
def notify_people(about: str, as_of: datetime | None) -> None:
    """Notify the people who could make a decision, as a step of its own: see `notify_approvers`."""
    people = notify_approvers(about, as_of)
    notified = f"notify {counted(people or 0, 'person', 'people')}{repeated()}"
    failed = f"notify people{repeated()}: the notices were not written"
    name_step(failed if people is None else notified, about=about)


def notify_approvers(about: str, as_of: datetime | None) -> int | None:
    """Write and deliver the first notices about a decision that was just opened; return how many people got a new one.

    A failure is only logged, and None is returned if the notices were not written. The next reconciliation writes the
    missing notices, because the decision is still open.
    """
    registry, now = Registry.here(), moment(meanwhile(as_of))
    found = [notice for one in open_questions(registry, now, about) for notice in first_notices(one)]
    outbox = Outbox(registry.home.outbox)
    known = outbox.existing()
    before = len(known)
    try:
        for notice in found:
            outbox.write(notice, now, known)
    except PublishError as error:
        warn_step(f"the notices about {about} were not written: {error.what}")
        return None
    deliver_or_log(found)
    return len(known) - before


def notices_of_decisions(pending: PendingDecisions, now: datetime) -> Iterator[Notice]:
    """Yield every notice that is due now about an open decision; writing a notice twice changes nothing."""
    for question in questions_of(pending, now):
        yield from first_notices(question)
        passed = (now - question.opened_at) / (question.answer_by - question.opened_at)
        if HALF <= passed < 1:
            yield from reminders_of(question)
        if LATE <= passed < 1:
            yield from escalation(question, [question.owner, *pending.administrators])


def first_notices(question: OpenQuestion) -> Iterator[Notice]:
    """Yield one notice for each eligible person: the decision, its deadline, the evidence and how to answer."""
    for person, capacity in question.people.items():
        yield _notice(question, person, FIRST, f"{question.request}\n\n{_capital(capacity)}.", _where(question))


def reminders_of(question: OpenQuestion) -> Iterator[Notice]:
    """Yield a reminder for each eligible person after half of the time."""
    text = f"Half of the time to answer has passed.\n\n{question.request}"
    for person in question.people:
        yield _notice(question, person, REMINDER, text, _where(question))


def escalation(question: OpenQuestion, to: Iterable[str]) -> Iterator[Notice]:
    """Yield a notice to the owner and the administrators that four fifths of the time passed without an answer."""
    people = ", ".join(question.people) or "nobody: no independent person holds a required role"
    for person in dict.fromkeys(to):
        text = f"Four fifths of the time to answer have passed without an answer.\n\n{question.request}"
        yield _notice(question, person, ESCALATION, text, f"Notified, no answer: {people}\n\n{_where(question)}")


def run_page(run_id: str) -> str:
    """Return the address where people see a run and fill in its form; empty for a server that does not keep running.

    The pages of `modelward up` are below `/v2`. A server that runs for one command only has no lasting page.
    """
    address = url_for("flow-run", obj_id=run_id) if run_id else None
    return address if address is not None and "/v2/" in address else ""


def _notice(question: OpenQuestion, to: str, number: int, text: str, aside: str) -> Notice:
    title = question.title if number == FIRST else question.title.replace(" waits for you ", " waits ")
    return Notice(
        kind=question.kind,
        to=to,
        about=question.about,
        title=title[:300],
        text=text,
        number=number,
        answer_by=question.answer_by,
        aside=aside,
    )


def _where(question: OpenQuestion) -> str:
    """Return the addresses and commands for an answer; without a known server only the commands."""
    base = read_settings().evidence_url
    page = request_page(question.page_of) if "/requests/" in question.page_of else version_page(question.page_of)
    evidence = evidence_url(base, page) or f"`{report_command(question.page_of)}`"
    lines = [f"Evidence on {short(question.page_of)}: {evidence}"]
    address = run_page(question.run_id)
    lines += [f"The form, on the page of its run: {address}"] if address else []
    return "\n".join([*lines, f"In a terminal: `{question.command}`"])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
