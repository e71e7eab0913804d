"""Reads the decisions that wait for people, with the people who could make each one now, in one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from data.queries.cleared_versions import ClearedVersion, cleared_versions
from data.records.approval import ApprovalRequest, EligibleApprover
from data.records.log import Standard
from data.records.model import Model
from data.records.names import model_of
from data.records.retirement import Retirement, RetirementParty
from data.records.review import VerdictSet
from data.records.version import Version
from data.registry.command import Moment
from data.registry.eligible_approvers import eligible_approvers, open_request_keys, validators
from data.registry.registry import Registry
from data.registry.roster_state import RosterState
from data.registry.rules.emergency import asking_run
from data.registry.rules.proof import administrators
from data.registry.rules.retirement_party import PLANNING, parties_of
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
    with registry.store.reading() as connection:
        state = RosterState(connection)
        keys = [one for one in open_request_keys(state) if about in (None, one)]
        plans = [one for one in _retirements(state, about) if one.state in PLANNING]
        return PendingDecisions(
            requests=tuple(_request(state, one, now) for one in state.among(ApprovalRequest, "key", keys)),
            conclusions=tuple(_conclusions(state, cleared_versions(connection), now, about)),
            plans=tuple(
                PendingPlan(one, state.need(Model, one.model), tuple(parties_of(state, one.key))) for one in plans
            ),
            standards=tuple(state.find(Standard)),
            administrators=tuple(administrators(state, Moment(now))),
        )


def _retirements(state: State, about: str | None) -> list[Retirement]:
    if about is None:
        return state.find(Retirement)
    found = state.get(Retirement, about)
    return [found] if found is not None else []


def _request(state: State, request: ApprovalRequest, now: datetime) -> PendingRequest:
    model = state.need(Model, model_of(request.subject))
    return PendingRequest(request, model, eligible_approvers(state, request, now), asking_run(state, request))


def _conclusions(
    state: State, cleared: Iterable[ClearedVersion], now: datetime, about: str | None
) -> Iterator[PendingConclusion]:
    """Yield the cleared versions with their verdict sets; each table is read once."""
    judged = {one.version: one.verdicts for one in cleared if about in (None, one.verdicts)}
    verdicts = {one.key: one for one in state.among(VerdictSet, "key", judged.values())}
    for version in state.among(Version, "key", judged):
        model = state.need(Model, version.model)
        yield PendingConclusion(verdicts[judged[version.key]], version, model, validators(state, version, now))
