"""Reads the decisions that wait for people, with the people who could make each one now, in one snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.records.approval import ApprovalRequest, EligibleApprover
from data.records.log import Standard
from data.records.model import Model
from data.records.names import model_of
from data.records.retirement import Retirement, RetirementParty
from data.records.review import VerdictSet
from data.records.version import ReviewState, Version
from data.registry.command import Moment
from data.registry.eligible_approvers import eligible_approvers, open_requests, validators
from data.registry.registry import Registry
from data.registry.rules.emergency import asking_run
from data.registry.rules.proof import administrators
from data.registry.rules.retirement_party import PLANNING, parties_of
from data.registry.rules.version import latest_verdicts
from data.registry.state import State


@dataclass(frozen=True)
class PendingRequest:
    """An undecided approval request, the people who could sign it now, and the run on whose page it is answered."""

    request: ApprovalRequest
    model: Model
    approvers: tuple[EligibleApprover, ...]
    run_id: str


@dataclass(frozen=True)
class PendingConclusion:
    """A version that passed its gates and lacks a validator's conclusion; the ids of eligible validators."""

    verdicts: VerdictSet
    version: Version
    model: Model
    validators: tuple[str, ...]


@dataclass(frozen=True)
class PendingPlan:
    """A retirement whose transition plan is not complete, and its parties."""

    retirement: Retirement
    model: Model
    parties: tuple[RetirementParty, ...]


@dataclass(frozen=True)
class PendingDecisions:
    """All pending decisions, by key, and all adopted standards.

    `administrators` are the ids of the people who receive escalations.
    """

    requests: tuple[PendingRequest, ...]
    conclusions: tuple[PendingConclusion, ...]
    plans: tuple[PendingPlan, ...]
    standards: tuple[Standard, ...]
    administrators: tuple[str, ...]


def pending_decisions(registry: Registry, now: datetime, about: str | None = None) -> PendingDecisions:
    """Return the decisions that wait at `now`.

    With `about`, only the decision on that request, verdict set or retirement is returned. Raises StoreError.
    """
    with registry.reading() as state:
        requests = [one for one in open_requests(state) if about in (None, one.key)]
        plans = [one for one in state.find(Retirement) if one.state in PLANNING and about in (None, one.key)]
        return PendingDecisions(
            requests=tuple(_request(state, one, now) for one in requests),
            conclusions=tuple(_conclusions(state, now, about)),
            plans=tuple(
                PendingPlan(one, state.need(Model, one.model), tuple(parties_of(state, one.key))) for one in plans
            ),
            standards=tuple(state.find(Standard)),
            administrators=tuple(administrators(state, Moment(now))),
        )


def _request(state: State, request: ApprovalRequest, now: datetime) -> PendingRequest:
    model = state.need(Model, model_of(request.subject))
    return PendingRequest(request, model, eligible_approvers(state, request, now), asking_run(state, request))


def _conclusions(state: State, now: datetime, about: str | None) -> list[PendingConclusion]:
    found = []
    for version in state.find(Version, review_state=ReviewState.ASSESSED.value):
        verdicts = latest_verdicts(state, version.key, ["assess"])
        if verdicts is not None and verdicts.cleared and about in (None, verdicts.key):
            model = state.need(Model, version.model)
            found.append(PendingConclusion(verdicts, version, model, validators(state, version, now)))
    return found
