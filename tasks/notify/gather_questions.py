"""Gather the questions that wait for people: requests, conclusions of validators, plans of retirements.

Each says who could answer it now. It is made of the registry's rows alone, so that whoever asks again finds the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.errors import ModelwardError
from data.notices.outbox import Kind
from data.notices.quoted_text import named, quoted
from data.queries.lookup import reference
from data.records.approval import ApprovalRequest
from data.records.model import Model
from data.records.names import model_of, short
from data.records.retirement import Retirement
from data.records.review import VerdictSet
from data.records.verdict import Passed
from data.records.version import ReviewState, Version
from data.registry.eligible_approvers import eligible_approvers, open_requests, validators
from data.registry.purposes import purpose_of
from data.registry.rules.emergency import asking_run
from data.registry.rules.retirement_party import PLANNING, parties_of
from data.registry.rules.version import newest_verdicts
from data.registry.state import State
from gates.standard import approvals_for
from gates.transition import judge_transition
from tasks.run.load_standards import standards_of


@dataclass(frozen=True)
class PendingDecision:
    """What is asked about what, from when until when; `people` says of each who could answer in which capacity.

    `page_of` is the key whose evidence page tells most, `command` what is typed to answer, `run_id` the run that waits.
    """

    kind: Kind
    about: str
    page_of: str
    title: str
    asked: str
    command: str
    asked_at: datetime
    answer_by: datetime
    owner: str
    people: Mapping[str, str]
    run_id: str


def open_questions(state: State, now: datetime) -> Iterator[PendingDecision]:
    """Every question that somebody may still answer at this moment."""
    for request in open_requests(state):
        yield question_of_request(state, request, now)
    for version in state.find(Version, review_state=ReviewState.ASSESSED.value):
        verdicts = newest_verdicts(state, version.key, ["assess"])
        if verdicts is not None and verdicts.cleared:
            yield from question_of_validation(state, verdicts, now)
    for retirement in state.find(Retirement):
        if retirement.state in PLANNING and _is_missing_something(state, retirement):
            yield question_of_transition(state, retirement)


def question_of_request(state: State, request: ApprovalRequest, now: datetime) -> PendingDecision:
    """A request for approval: deploy, retire, or stand behind what went live in an emergency."""
    name, model = short(request.subject), state.need(Model, model_of(request.subject))
    roles = ", ".join(f"{one.count} × {one.role}" for one in request.required)
    until = f"{request.expires_at:%Y-%m-%d %H:%M} UTC"
    place = f"{request.environment} ({named(request.slot)})"
    where = f" to {place} for: {quoted(request.use)}" if request.purpose != "retire" else ""
    who = named(request.requester)
    asked = f"{who} asks to {request.purpose} {name}{where}."
    command = f"modelward approvals answer {reference(request.key)}"
    if purpose_of(request).serves_before_votes:
        asked = (
            f"{who} released {name} in an emergency{where}. Reason: {quoted(request.reason)}\n\n"
            "It ends by itself unless it is ratified in time."
        )
        command = f"modelward ratify {reference(model.key)} -e {request.environment} --slot {request.slot}"
    return PendingDecision(
        kind="approval",
        about=request.key,
        page_of=request.key,
        title=f"the request to {request.purpose} {name} waits for you until {until}",
        asked=f"{asked}\n\nSignatures needed: {roles}, independent of the version and of who asks. Until {until}.",
        command=command,
        asked_at=request.issued_at,
        answer_by=request.expires_at,
        owner=model.owner,
        people=_capacities(state, request, now),
        run_id=asking_run(state, request),
    )


def question_of_validation(state: State, verdicts: VerdictSet, now: datetime) -> Iterator[PendingDecision]:
    """A version that machines cleared and that an independent validator has to conclude on; nothing where none has."""
    version = state.need(Version, verdicts.version)
    model = state.need(Model, version.model)
    try:
        standard = standards_of(state, model, verdicts.standards).first
        environment = verdicts.environment or "production"
        demand = approvals_for(standard, model.tier, version.change.change_class, environment)
    except ModelwardError:
        return
    answer_by = verdicts.judged_at + timedelta(days=demand.request_days)
    if not demand.validator or answer_by <= now:
        return
    name, until = short(version.key), f"{answer_by:%Y-%m-%d %H:%M} UTC"
    yield PendingDecision(
        kind="validation",
        about=verdicts.key,
        page_of=version.key,
        title=f"{name} waits for a validator's conclusion until {until}",
        asked=f"Every gate cleared {name}. Is it fit for its purpose? A validator concludes until {until}.",
        command=f"modelward approvals answer {reference(version.key)}",
        asked_at=verdicts.judged_at,
        answer_by=answer_by,
        owner=model.owner,
        people=dict.fromkeys(validators(state, version, now), "you may conclude as validator"),
        run_id=verdicts.run_id,
    )


def question_of_transition(state: State, retirement: Retirement) -> PendingDecision:
    """A retirement whose consumers have to answer, and to know where they go, before its sunset."""
    owner, name = state.need(Model, retirement.model).owner, short(retirement.subject)
    until = f"{retirement.sunset_at:%Y-%m-%d}"
    return PendingDecision(
        kind="retirement",
        about=retirement.key,
        page_of=retirement.subject,
        title=f"the plan to retire {name} waits for you until {until}",
        asked=(
            f"{name} is to be retired on {until}: {quoted(retirement.reason)}\n\n"
            "Each consumer answers, or is answered for, and is given something to move to in time. "
            "`modelward consumers list` says who is missing."
        ),
        command=f"modelward consumers plan {reference(retirement.subject)} SYSTEM --to … --on …",
        asked_at=retirement.opened_at,
        answer_by=retirement.sunset_at,
        owner=owner,
        people=dict.fromkeys([owner, retirement.opened_by], "you lead it"),
        run_id="",
    )


def _is_missing_something(state: State, retirement: Retirement) -> bool:
    parties = parties_of(state, retirement.key)
    return any(not isinstance(one.verdict, Passed) for one in judge_transition(retirement, parties))


def _capacities(state: State, request: ApprovalRequest, now: datetime) -> dict[str, str]:
    """Everybody who could sign, with the roles they could sign in and for whom."""
    said: dict[str, list[str]] = {}
    for one in eligible_approvers(state, request, now):
        standing_in = f", standing in for {one.deputy_of}" if one.deputy_of else ""
        said.setdefault(one.person, []).append(f"{one.role.value}{standing_in}")
    return {person: f"you may sign as {' or as '.join(roles)}" for person, roles in said.items()}
