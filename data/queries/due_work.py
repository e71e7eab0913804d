"""Reads the rows that the nightly review and the reconciliation process because a date passed, each in one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Slot
from data.records.log import Standard
from data.records.model import Model
from data.records.monitoring import DIFFERENCES, Incident
from data.records.review import Finding, Review, Waiver
from data.records.version import ReviewState, Version
from data.registry.purposes import purpose_of
from data.registry.registry import Registry
from data.registry.rules.emergency import release_of

ENDED_INCIDENT = ("escalated", "resolved")
LAPSED = (ReviewState.EXPIRED, ReviewState.REVOKED)


@dataclass(frozen=True)
class LateIncident:
    """An incident of a deployment that was not ratified in time, with its model."""

    incident: Incident
    model: Model


@dataclass(frozen=True)
class ServingVersion:
    """A version in a slot whose approval expired or was revoked; `open_reasons` are those of its open reviews."""

    version: Version
    open_reasons: tuple[str, ...]


@dataclass(frozen=True)
class ReviewHistory:
    """The active models, their reviews for one reason, oldest first, and all adopted standards."""

    models: tuple[Model, ...]
    reviews: tuple[Review, ...]
    standards: tuple[Standard, ...]


@dataclass(frozen=True)
class RequestInRun:
    """An approval request that is closed, and the run that may still wait for it."""

    request: ApprovalRequest
    run_id: str


@dataclass(frozen=True)
class RequestRuns:
    """The pending requests that end with their run, and the closed requests for which a run may still wait."""

    pending: tuple[ApprovalRequest, ...]
    over: tuple[RequestInRun, ...]


def open_waivers(registry: Registry) -> list[Waiver]:
    """Return the waivers that are requested or granted, by key. Raises StoreError."""
    with registry.reading() as state:
        return state.among(Waiver, "state", ("requested", "granted"))


def unratified_incidents(registry: Registry, now: datetime) -> list[LateIncident]:
    """Return the open incidents of deployments whose time for ratification ended by `now`. Raises StoreError."""
    with registry.reading() as state:
        waiting = [one for one in state.find(Deployment) if one.ratified_by is None and one.ratify_by is not None]
        late = {one.key for one in waiting if one.ratify_by is not None and one.ratify_by <= now}
        found = [one for one in state.find(Incident) if one.deployment in late and one.state not in ENDED_INCIDENT]
        models = {one.key: one for one in state.among(Model, "key", [one.model for one in found])}
    return [LateIncident(one, models[one.model]) for one in found]


def unresolved_differences(registry: Registry) -> list[Incident]:
    """Return the unresolved incidents about files that differ from the record, by key. Raises StoreError."""
    with registry.reading() as state:
        found = state.among(Incident, "kind", DIFFERENCES)
    return [one for one in found if one.state != "resolved"]


def lapsed_serving_versions(registry: Registry) -> list[ServingVersion]:
    """Return the versions in a slot whose approval expired or was revoked, each once. Raises StoreError."""
    with registry.reading() as state:
        serving = [one.version for one in state.find(Slot) if one.version]
        versions = [one for one in state.among(Version, "key", serving) if one.review_state in LAPSED]
        reviews = state.find(Review, state="open")
    return [
        ServingVersion(one, tuple(review.reason for review in reviews if review.version == one.key)) for one in versions
    ]


def review_history(registry: Registry, reason: str) -> ReviewHistory:
    """Return the active models with their reviews for this reason. Raises StoreError."""
    with registry.reading() as state:
        return ReviewHistory(
            tuple(state.find(Model, state="active")),
            tuple(state.find(Review, reason=reason)),
            tuple(state.find(Standard)),
        )


def late_conditions(registry: Registry, now: datetime) -> list[Finding]:
    """Return for each approved version its first open condition that is overdue at `now`. Raises StoreError."""
    with registry.reading() as state:
        unmet = [one for one in state.find(Finding, origin="condition") if one.state != "closed"]
        late = {one.version: one for one in reversed(unmet) if one.due_at <= now}
        versions = state.among(Version, "key", late)
    approved = [one.key for one in versions if one.review_state is ReviewState.APPROVED]
    return [late[key] for key in sorted(approved)]


def request_runs(registry: Registry, closed: Sequence[str]) -> RequestRuns:
    """Return the requests with the runs that wait for them; `closed` are the request states that count as closed.

    An emergency release may be ratified outside the run that requested it. Its request therefore does not end with that
    run, and after the decision the run of its deployment no longer waits. Raises StoreError.
    """
    with registry.reading() as state:
        requests = state.find(ApprovalRequest)
        releases = {one.key: release_of(state, one.key) for one in requests if purpose_of(one).serves_before_votes}
    pending = [one for one in requests if one.state == "pending"]
    settled = [
        RequestInRun(one, live.run_id)
        for one in requests
        if one.state != "pending" and (live := releases.get(one.key)) is not None
    ]
    asking = {one.run_id for one in pending}
    last = {one.run_id: one for one in requests if one.state in closed}
    ended = [RequestInRun(one, run) for run, one in last.items() if run not in asking]
    return RequestRuns(tuple(one for one in pending if releases.get(one.key) is None), (*settled, *ended))
