"""Reads the work that waits for people: requests that need signatures, versions that may need a validator's
conclusion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from data.queries.log_entries import events
from data.queries.lookup import find_row, find_version
from data.records.approval import ApprovalRequest
from data.records.log import Standard
from data.records.model import Model
from data.records.person import Role
from data.records.review import VerdictSet
from data.records.version import ReviewState, Version
from data.registry.approvals import unsigned_roles
from data.registry.eligible_approvers import eligible_approvers, open_requests, validators
from data.registry.registry import Registry
from data.registry.registry_time import registry_time
from data.registry.rules.approval import counted_votes
from data.registry.rules.emergency import asking_run
from data.registry.state import State


@dataclass(frozen=True)
class WaitingRequest:
    """A request, the number of signatures still needed by role, and who could sign; empty once decided."""

    request: ApprovalRequest
    missing: Mapping[Role, int]
    people: tuple[str, ...]


@dataclass(frozen=True)
class AssessedVersion:
    """A version whose latest verdict set cleared it for validation, and who could conclude on it.

    `standard` is the first standard of the model, in the version that produced the verdicts: its approval rules say
    whether a validator is required.
    """

    version: Version
    model: Model
    verdicts: VerdictSet
    standard: Standard
    people: tuple[str, ...]


@dataclass(frozen=True)
class PendingWork:
    """The work that waits at one moment."""

    now: datetime
    requests: tuple[WaitingRequest, ...]
    assessed: tuple[AssessedVersion, ...]


@dataclass(frozen=True)
class AskingRuns:
    """The ids of the runs that may ask a question about a subject, latest first, and the subject's key."""

    runs: tuple[str, ...]
    subject: str


def pending_work(registry: Registry) -> PendingWork:
    """Return the open requests and the assessed versions.

    Raises MissingRegistryError for an empty log, StoreError.
    """
    with registry.store.reading() as connection:
        state, now = State(connection), registry_time(connection).now
        requests = tuple(_pending(state, one, now) for one in open_requests(state))
        return PendingWork(now, requests, _assessed(state, now))


def listed_work(registry: Registry, decided: bool = False) -> PendingWork:
    """Return every undecided request (with `decided` all requests) and the assessed versions, without the people who
    could act.

    Raises in the same cases as `pending_work`.
    """
    with registry.store.reading() as connection:
        state, now = State(connection), registry_time(connection).now
        requests = state.find(ApprovalRequest) if decided else state.find(ApprovalRequest, state="pending")
        listed = tuple(WaitingRequest(one, _missing(state, one), ()) for one in requests)
        return PendingWork(now, listed, tuple(_cleared(state)))


def missing_signatures(registry: Registry, request: str) -> Mapping[Role, int]:
    """Return the signatures that the request with this key still needs, by role.

    Raises NotFoundError, StoreError.
    """
    with registry.reading() as state:
        return _missing(state, state.need(ApprovalRequest, request))


def asking_runs(registry: Registry, text: str) -> AskingRuns:
    """Return the runs that may ask about the request (`model/3#1`) or the version (`model/3`) of this name.

    Raises as `find_row` and `find_version` do, and StoreError.
    """
    with registry.store.reading() as connection:
        state = State(connection)
        if "#" in text or "/requests/" in text:
            request = find_row(state, ApprovalRequest, text)
            return AskingRuns((asking_run(state, request),), request.key)
        version = find_version(state, text).version.key
        runs = [one.run for one in events(connection, version) if one.run]
        return AskingRuns(tuple(reversed(runs)), version)


def _pending(state: State, request: ApprovalRequest, now: datetime) -> WaitingRequest:
    people = dict.fromkeys(one.person for one in eligible_approvers(state, request, now))
    return WaitingRequest(request, _missing(state, request), tuple(people))


def _missing(state: State, request: ApprovalRequest) -> Mapping[Role, int]:
    return unsigned_roles(request.required, counted_votes(state, request)) if request.state == "pending" else {}


def _assessed(state: State, now: datetime) -> tuple[AssessedVersion, ...]:
    return tuple(replace(one, people=validators(state, one.version, now)) for one in _cleared(state))


def _cleared(state: State) -> Iterator[AssessedVersion]:
    """Yield each assessed version whose latest verdict set cleared it; each table is read once."""
    versions = state.find(Version, review_state=ReviewState.ASSESSED.value)
    sets = state.among(VerdictSet, "version", [one.key for one in versions], stage="assess")
    latest = {one.version: one for one in sets}
    models = {one.key: one for one in state.among(Model, "key", {one.model for one in versions})}
    adopted = state.find(Standard)
    for version in versions:
        verdicts = latest.get(version.key)
        if verdicts is not None and verdicts.cleared:
            model = models[version.model]
            yield AssessedVersion(version, model, verdicts, _first_standard(adopted, model, verdicts), ())


def _first_standard(every: Sequence[Standard], model: Model, verdicts: VerdictSet) -> Standard:
    adopted = [one for one in every if one.standard == model.standards[0].standard]
    used = [one for one in adopted if one.key in verdicts.standards]
    return used[0] if used else max(adopted, key=lambda one: one.version)
