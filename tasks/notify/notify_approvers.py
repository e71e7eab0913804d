"""Tell everybody who could answer a question at once, remind them at half-time, and escalate before it runs out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from prefect.utilities.urls import url_for

from data.errors import PublishError
from data.notices.outbox import Notice, Outbox
from data.records.names import short
from data.registry.command import Moment
from data.registry.registry import Registry
from data.registry.rules.proof import administrators
from data.registry.state import State
from data.settings import read_settings
from tasks.notify.deliver_notices import carry_quietly
from tasks.notify.gather_questions import PendingDecision, open_questions
from tasks.run.business_time import meanwhile, moment
from views.evidence_address import evidence_url, report_command, request_page, version_page

HALF, LATE = 0.5, 0.8
FIRST, REMINDER, ESCALATION = 1, 2, 3


def notify_approvers(about: str, as_of: datetime | None) -> None:
    """Leave the first word on a question that was opened just now; a notice that cannot be left stops nothing.

    What could not be left is left by the next reconciliation, which finds the question open.
    """
    registry, now = Registry.here(), moment(meanwhile(as_of))
    with registry.reading() as state:
        found = [notice for one in open_questions(state, now) if one.about == about for notice in first_word(one)]
    try:
        Outbox(registry.home.outbox).send(found, now)
    except PublishError:
        return
    carry_quietly(found)


def notices_of_questions(state: State, now: datetime) -> Iterator[Notice]:
    """Everything that is to be said at this moment about every open question; saying it again changes nothing."""
    for question in open_questions(state, now):
        yield from first_word(question)
        passed = (now - question.asked_at) / (question.answer_by - question.asked_at)
        if HALF <= passed < 1:
            yield from reminders_of(question)
        if LATE <= passed < 1:
            yield from escalation(question, [question.owner, *administrators(state, Moment(now))])


def first_word(question: PendingDecision) -> Iterator[Notice]:
    """What is asked, until when, where to read and how to answer: one notice for everybody who could."""
    for person, capacity in question.people.items():
        yield _notice(question, person, FIRST, f"{question.asked}\n\n{_capital(capacity)}.", _where(question))


def reminders_of(question: PendingDecision) -> Iterator[Notice]:
    """Half of the time is over, and these people have not answered."""
    text = f"Half of the time is over.\n\n{question.asked}"
    for person in question.people:
        yield _notice(question, person, REMINDER, text, _where(question))


def escalation(question: PendingDecision, to: Iterable[str]) -> Iterator[Notice]:
    """It is about to run out: the owner and the administrators learn who was told and did not answer."""
    named = ", ".join(question.people) or "nobody: no independent person holds a role that it asks"
    for person in dict.fromkeys(to):
        text = f"Four fifths of the time are over, and it was not answered.\n\n{question.asked}"
        yield _notice(question, person, ESCALATION, text, f"Told, without an answer: {named}\n\n{_where(question)}")


def run_page(run_id: str) -> str:
    """Where people look at a run and fill in its form; empty when no lasting server's pages are known.

    The pages stand below `/v2`, as `modelward up` says; a server that lives for one command has none to come back to.
    """
    address = url_for("flow-run", obj_id=run_id) if run_id else None
    return address if address is not None and "/v2/" in address else ""


def _notice(question: PendingDecision, to: str, number: int, text: str, aside: str) -> Notice:
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


def _where(question: PendingDecision) -> str:
    """Addresses and commands; where no server is known, the commands alone."""
    base = read_settings().evidence_url
    page = request_page(question.page_of) if "/requests/" in question.page_of else version_page(question.page_of)
    evidence = evidence_url(base, page) or f"`{report_command(question.page_of)}`"
    lines = [f"Evidence on {short(question.page_of)}: {evidence}"]
    address = run_page(question.run_id)
    lines += [f"The form, on the page of its run: {address}"] if address else []
    return "\n".join([*lines, f"In a terminal: `{question.command}`"])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
