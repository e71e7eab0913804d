"""Describe the decisions that wait for people: approval requests, validators' conclusions, plans of retirements.

Each question lists the people who could decide now. The result depends only on the registry's rows and the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.errors import ModelwardError
from data.notices.outbox import NoticeKind
from data.notices.quoted_text import name_or_quotation, quoted
from data.queries.lookup import reference
from data.queries.pending_decisions import (
    PendingConclusion,
    PendingDecisions,
    PendingPlan,
    PendingRequest,
    pending_decisions,
)
from data.records.log import Standard
from data.records.names import short
from data.records.verdict import Passed
from data.registry.purposes import purpose_of
from data.registry.registry import Registry
from gates.standard import approvals_for
from gates.transition import judge_transition
from tasks.run.load_standards import in_force


@dataclass(frozen=True)
class OpenQuestion:
    """A decision asked of people between two times; `people` gives for each id the role in which it could decide.

    `page_of` is the key whose evidence page is most relevant, `command` the terminal command that answers, `run_id` the
    waiting run, `request` the question as text.
    """

    kind: NoticeKind
    about: str
    page_of: str
    title: str
    request: str
    command: str
    opened_at: datetime
    answer_by: datetime
    owner: str
    people: Mapping[str, str]
    run_id: str


def open_questions(registry: Registry, now: datetime, about: str | None = None) -> list[OpenQuestion]:
    """Return every decision that a person may still make now; with `about`, only the decision about that key."""
    return list(questions_of(pending_decisions(registry, now, about), now))


def questions_of(pending: PendingDecisions, now: datetime) -> Iterator[OpenQuestion]:
    """Yield the pending decisions as questions."""
    for request in pending.requests:
        yield question_of_request(request)
    for conclusion in pending.conclusions:
        yield from question_of_validation(conclusion, pending.standards, now)
    for plan in pending.plans:
        if _is_incomplete(plan):
            yield question_of_transition(plan)


def question_of_request(pending: PendingRequest) -> OpenQuestion:
    """Return the question of an approval request: deploy, retire, or ratify an emergency release."""
    request, model, purpose = pending.request, pending.model, purpose_of(pending.request)
    name = short(request.subject)
    roles = ", ".join(f"{one.count} × {one.role}" for one in request.required)
    until = f"{request.expires_at:%Y-%m-%d %H:%M} UTC"
    place = f"{request.environment} ({name_or_quotation(request.slot)})"
    where = f" to {place} for: {quoted(request.use)}" if purpose.names_slot else ""
    who = name_or_quotation(request.requester)
    text = f"{who} asks to {request.purpose} {name}{where}."
    command = f"modelward approvals answer {reference(request.key)}"
    if purpose.serves_before_votes:
        text = (
            f"{who} released {name} in an emergency{where}. Reason: {quoted(request.reason)}\n\n"
            "The release ends automatically unless it is ratified in time."
        )
        command = f"modelward ratify {reference(model.key)} -e {request.environment} --slot {request.slot}"
    return OpenQuestion(
        kind="approval",
        about=request.key,
        page_of=request.key,
        title=f"the request to {request.purpose} {name} waits for you until {until}",
        request=f"{text}\n\nSignatures needed: {roles}, independent of the version and of who asks. Until {until}.",
        command=command,
        opened_at=request.issued_at,
        answer_by=request.expires_at,
        owner=model.owner,
        people=_capacities(pending),
        run_id=pending.run_id,
    )


def question_of_validation(
    pending: PendingConclusion, standards: Sequence[Standard], now: datetime
) -> Iterator[OpenQuestion]:
    """Yield the question to validators for their conclusion; nothing if the standard requires no validator."""
    verdicts, version, model = pending.verdicts, pending.version, pending.model
    try:
        standard = in_force(standards, model, verdicts.standards).first
        environment = verdicts.environment or "production"
        demand = approvals_for(standard, model.tier, version.change.change_class, environment)
    except ModelwardError:
        return
    answer_by = verdicts.judged_at + timedelta(days=demand.request_days)
    if not demand.validator or answer_by <= now:
        return
    name, until = short(version.key), f"{answer_by:%Y-%m-%d %H:%M} UTC"
    yield OpenQuestion(
        kind="validation",
        about=verdicts.key,
        page_of=version.key,
        title=f"{name} waits for a validator's conclusion until {until}",
        request=f"Every gate cleared {name}. Is it fit for its purpose? A validator concludes until {until}.",
        command=f"modelward approvals answer {reference(version.key)}",
        opened_at=verdicts.judged_at,
        answer_by=answer_by,
        owner=model.owner,
        people=dict.fromkeys(pending.validators, "you may conclude as validator"),
        run_id=verdicts.run_id,
    )


def question_of_transition(pending: PendingPlan) -> OpenQuestion:
    """Return the question of a retirement plan: every consumer needs an answer and a successor before the sunset."""
    retirement, owner = pending.retirement, pending.model.owner
    name, until = short(retirement.subject), f"{retirement.sunset_at:%Y-%m-%d}"
    return OpenQuestion(
        kind="retirement",
        about=retirement.key,
        page_of=retirement.subject,
        title=f"the plan to retire {name} waits for you until {until}",
        request=(
            f"{name} is to be retired on {until}: {quoted(retirement.reason)}\n\n"
            "Each consumer must answer, or a risk acceptor accepts its silence, and each needs a successor in time. "
            "`modelward consumers list` shows which consumers are missing."
        ),
        command=f"modelward consumers plan {reference(retirement.subject)} SYSTEM --to … --on …",
        opened_at=retirement.opened_at,
        answer_by=retirement.sunset_at,
        owner=owner,
        people=dict.fromkeys([owner, retirement.opened_by], "you lead this retirement"),
        run_id="",
    )


def _is_incomplete(pending: PendingPlan) -> bool:
    criteria = judge_transition(pending.retirement, pending.parties)
    return any(not isinstance(one.verdict, Passed) for one in criteria)


def _capacities(pending: PendingRequest) -> dict[str, str]:
    """Return everybody who could sign, with their roles and the person that a deputy represents."""
    roles: dict[str, list[str]] = {}
    for approver in pending.approvers:
        as_deputy = f", as deputy of {approver.deputy_of}" if approver.deputy_of else ""
        roles.setdefault(approver.person, []).append(f"{approver.role.value}{as_deputy}")
    return {person: f"you may sign as {' or as '.join(held)}" for person, held in roles.items()}
