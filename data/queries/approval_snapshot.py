"""Reads in one snapshot everything that an approval form shows: the request, its subject and the votes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.queries.lookup import find_row
from data.queries.version_snapshot import VersionSnapshot, collect_version
from data.records.approval import ApprovalRequest, EligibleApprover, Vote
from data.records.deployment import Deployment, Slot
from data.records.names import model_of, slot_key
from data.records.person import Role
from data.records.retirement import Retirement, RetirementParty
from data.records.review import VerdictSet
from data.records.verdict import Judgement
from data.registry.approvals import tail, unsigned_roles
from data.registry.eligible_approvers import eligible_approvers
from data.registry.registry import Registry
from data.registry.rules.approval import counted_votes, subject_of
from data.registry.rules.retirement_party import parties_of
from data.registry.state import State


@dataclass(frozen=True)
class ApprovalSnapshot:
    """An approval request at one moment, with everything that its form shows.

    `confirmation` is the end of the digest, which a person types to confirm. `counted_votes` are the votes that count,
    `missing` is the number of signatures still needed, by role. `eligible` are the people who could sign now, none for
    a decided request. `serving` is the key of the version in the slot of the request. `operation` is the deployment to
    ratify; `retirement` and its `parties` are set for a request to retire.
    """

    request: ApprovalRequest
    confirmation: str
    version: VersionSnapshot
    judgements: tuple[Judgement, ...]
    votes: tuple[Vote, ...]
    counted_votes: tuple[Vote, ...]
    missing: Mapping[Role, int]
    eligible: tuple[EligibleApprover, ...]
    serving: str | None
    operation: Deployment | None
    retirement: Retirement | None
    parties: tuple[RetirementParty, ...]


def approval_snapshot(registry: Registry, request: str, now: datetime) -> ApprovalSnapshot:
    """Return the request with this key or reference (`model/3#1`); `eligible` is computed for `now`.

    Raises NotFoundError, InputError for text that is not a reference, AmbiguousNameError, StoreError.
    """
    with registry.reading() as state:
        return _collect(state, find_row(state, ApprovalRequest, request), now)


def _collect(state: State, request: ApprovalRequest, now: datetime) -> ApprovalSnapshot:
    verdicts = state.get(VerdictSet, request.verdict_set) if request.verdict_set else None
    counted: Sequence[Vote] = counted_votes(state, request)
    retirement = state.get(Retirement, request.subject)
    return ApprovalSnapshot(
        request=request,
        confirmation=tail(request.request_digest),
        version=collect_version(state, subject_of(state, request.purpose, request.subject).version.key),
        judgements=verdicts.judgements if verdicts is not None else (),
        votes=tuple(state.find(Vote, request=request.key)),
        counted_votes=tuple(counted),
        missing=unsigned_roles(request.required, counted),
        eligible=eligible_approvers(state, request, now) if request.state == "pending" else (),
        serving=serving_version(state, model_of(request.subject), request.environment, request.slot),
        operation=state.get(Deployment, request.subject),
        retirement=retirement,
        parties=tuple(parties_of(state, retirement.key)) if retirement is not None else (),
    )


def serving_version(state: State, model: str, environment: str, slot: str) -> str | None:
    """Return the key of the version that serves in a slot of a model, read from a snapshot that is already open."""
    row = state.get(Slot, slot_key(model, environment, slot))
    return row.version if row is not None else None
