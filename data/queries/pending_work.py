"""Reads the work that waits for people: requests that need signatures, versions that need a validator's
conclusion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from data.queries.cleared_versions import ApprovalCase, ClearedVersion, cleared_versions
from data.queries.log_entries import events
from data.queries.lookup import find_row, find_version
from data.queries.paging import EVERYTHING, PageRequest, RowPage, page_of
from data.records.approval import ApprovalRequest, Vote
from data.records.person import Person, Role
from data.records.version import Version
from data.registry.approvals import unsigned_roles, votes_that_count
from data.registry.eligible_approvers import eligible_approvers, open_request_keys, validators
from data.registry.registry import Registry
from data.registry.registry_time import registry_time
from data.registry.roster_state import RosterState
from data.registry.rules.approval import counted_votes
from data.registry.rules.emergency import asking_run
from data.registry.state import State

ValidatorRule = Callable[[ApprovalCase], bool]
"""Says whether the standard requires a validator in a case."""


@dataclass(frozen=True)
class WaitingRequest:
    """A request, the number of signatures still needed by role, and who could sign; empty once decided."""

    request: ApprovalRequest
    missing: Mapping[Role, int]
    people: tuple[str, ...]


@dataclass(frozen=True)
class WaitingVersion:
    """A version that waits for a validator's conclusion, its case, and who could conclude on it."""

    version: Version
    case: ApprovalCase
    people: tuple[str, ...]


@dataclass(frozen=True)
class PendingWork:
    """A page of the work that waits at one moment: the requests by key, then the versions by model and number."""

    now: datetime
    page: RowPage[WaitingRequest | WaitingVersion]


@dataclass(frozen=True)
class AskingRuns:
    """The ids of the runs that may ask a question about a subject, latest first, and the subject's key."""

    runs: tuple[str, ...]
    subject: str


def pending_work(registry: Registry, requires_validator: ValidatorRule, page: PageRequest = EVERYTHING) -> PendingWork:
    """Return a page of the requests that are open for votes and the versions that wait for a validator, with the people
    who could act.

    `requires_validator` says whether the standard requires a validator; it is called once for each case. Only the rows
    of the page are read. Raises MissingRegistryError for an empty log, StoreError.
    """
    with registry.store.reading() as connection:
        now = registry_time(connection).now
        state = RosterState(connection)
        rows = _page(connection, open_request_keys(state), requires_validator, page)
        return PendingWork(now, RowPage(tuple(_with_people(state, one, now) for one in rows.rows), page, rows.total))


def listed_work(
    registry: Registry, requires_validator: ValidatorRule, page: PageRequest = EVERYTHING, *, decided: bool = False
) -> PendingWork:
    """Return a page of every undecided request (with `decided` all requests) and the versions that wait for a
    validator, without the people who could act.

    Raises in the same cases as `pending_work`, and reads as little.
    """
    with registry.store.reading() as connection:
        state, now = State(connection), registry_time(connection).now
        requests = state.keys(ApprovalRequest) if decided else state.keys(ApprovalRequest, state="pending")
        return PendingWork(now, _page(connection, requests, requires_validator, page))


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


def _page(
    connection: duckdb.DuckDBPyConnection, requests: Sequence[str], rule: ValidatorRule, page: PageRequest
) -> RowPage[WaitingRequest | WaitingVersion]:
    """Return a page of the requests with these keys, followed by the versions that wait for a validator."""
    waiting: list[str | ClearedVersion] = [*requests, *cleared_versions(connection, rule)]
    keys, state = page_of(waiting, page), State(connection)
    shown = [key for key in keys.rows if isinstance(key, str)]
    cases = {one.version: one.case for one in keys.rows if isinstance(one, ClearedVersion)}
    versions = [WaitingVersion(one, cases[one.key], ()) for one in state.among(Version, "key", cases)]
    return RowPage((*_requests(state, shown), *versions), page, keys.total)


def _requests(state: State, keys: Sequence[str]) -> Iterator[WaitingRequest]:
    """Yield the requests with these keys and the signatures that each still needs; each table is read once."""
    votes: defaultdict[str, list[Vote]] = defaultdict(list)
    for vote in state.among(Vote, "request", keys):
        votes[vote.request].append(vote)
    gone = {one.person for one in state.find(Person, state="revoked")}
    for request in state.among(ApprovalRequest, "key", keys):
        counted = votes_that_count(request, votes[request.key], gone)
        missing = unsigned_roles(request.required, counted) if request.state == "pending" else {}
        yield WaitingRequest(request, missing, ())


def _with_people(
    state: State, waiting: WaitingRequest | WaitingVersion, now: datetime
) -> WaitingRequest | WaitingVersion:
    if isinstance(waiting, WaitingVersion):
        return replace(waiting, people=validators(state, waiting.version, now))
    people = dict.fromkeys(one.person for one in eligible_approvers(state, waiting.request, now))
    return replace(waiting, people=tuple(people))


def _missing(state: State, request: ApprovalRequest) -> Mapping[Role, int]:
    return unsigned_roles(request.required, counted_votes(state, request)) if request.state == "pending" else {}
