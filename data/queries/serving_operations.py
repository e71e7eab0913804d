"""Reads what an operation on a served model needs: what serves, what served before, and what may serve again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation
from data.records.log import Standard
from data.records.model import Model
from data.registry.command import Moment
from data.registry.purposes import RELEASE
from data.registry.registry import Registry
from data.registry.rollback import Missing, RollbackTarget, blocked, choose_rollback, serving_or_last
from data.registry.rules.emergency import release_of
from data.registry.rules.operation import deployment_of_run, running_operation
from data.registry.rules.proof import administrators

__all__ = ["Missing", "RollbackTarget"]


@dataclass(frozen=True)
class ReleasedRequest:
    """A request to ratify a release, and the deployment that the release made; None before it was published."""

    request: ApprovalRequest
    live: Deployment | None


@dataclass(frozen=True)
class ReturnChoice:
    """The version to which a slot may return, with the model and every adopted standard."""

    chosen: RollbackTarget
    model: Model
    adopted: tuple[Standard, ...]


@dataclass(frozen=True)
class ServingFacts:
    """A model with its latest operation, the present or last deployment in a slot, and every adopted standard."""

    model: Model
    operation: Operation | None
    last: Deployment | None
    adopted: tuple[Standard, ...]


def deployment_by(registry: Registry, model: str, run_id: str) -> Deployment | None:
    """Return the deployment of a model that a run already made, or None. Raises StoreError."""
    with registry.reading() as state:
        return deployment_of_run(state, model, run_id)


def operation_under_way(registry: Registry, model: str) -> Operation | None:
    """Return the operation in progress on a model, or None. Raises StoreError."""
    with registry.reading() as state:
        return running_operation(state, model)


def is_blocked(registry: Registry, version: str) -> bool:
    """Return True if an unresolved incident blocks this version. Raises StoreError."""
    with registry.reading() as state:
        return blocked(state, version)


def released_request(registry: Registry, request: str) -> ReleasedRequest:
    """Return a request with the deployment released under it. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return ReleasedRequest(state.need(ApprovalRequest, request), release_of(state, request))


def released_requests(registry: Registry) -> list[ReleasedRequest]:
    """Return every request to ratify a release, each with its deployment, by key. Raises StoreError."""
    with registry.reading() as state:
        requests = state.find(ApprovalRequest, purpose=RELEASE.name)
        return [ReleasedRequest(request, release_of(state, request.key)) for request in requests]


def release_opened_by(registry: Registry, run_id: str) -> ApprovalRequest | None:
    """Return the release request that a run opened; None for a run without an id. Raises StoreError."""
    with registry.reading() as state:
        known = state.find(ApprovalRequest, purpose=RELEASE.name, run_id=run_id) if run_id else []
    return known[-1] if known else None


def return_choice(
    registry: Registry, model: str, environment: str, slot: str, now: datetime, missing: Missing
) -> ReturnChoice:
    """Return the version to which a slot returns.

    `missing` returns the reason why a version's bytes are unavailable, empty if they are available. Raises
    NotFoundError, StoreError.
    """
    with registry.reading() as state:
        chosen = choose_rollback(state, model, environment, slot, now, missing)
        return ReturnChoice(chosen, state.need(Model, model), tuple(state.find(Standard)))


def serving_facts(registry: Registry, model: str, environment: str, slot: str) -> ServingFacts:
    """Return a model, and what serves or served last in one of its slots. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return ServingFacts(
            state.need(Model, model),
            state.get(Operation, f"{model}/operation"),
            serving_or_last(state, model, environment, slot),
            tuple(state.find(Standard)),
        )


def release_audience(registry: Registry, model: str, now: datetime) -> tuple[str, ...]:
    """Return the ids of a model's owner and of the administrators at `now`. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return (state.need(Model, model).owner, *administrators(state, Moment(now)))
