"""What an operation on a served model needs to know: what serves, what ran before, what may serve again."""

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
    """A request to ratify a release, and the deployment that the release brought about; None before it went live."""

    request: ApprovalRequest
    live: Deployment | None


@dataclass(frozen=True)
class ReturnChoice:
    """Which version a slot may return to, with the model and every standard that was adopted."""

    chosen: RollbackTarget
    model: Model
    adopted: tuple[Standard, ...]


@dataclass(frozen=True)
class ServingFacts:
    """A model with its newest operation, what serves in a slot or served last, and every standard adopted."""

    model: Model
    operation: Operation | None
    last: Deployment | None
    adopted: tuple[Standard, ...]


def deployment_by(registry: Registry, model: str, run_id: str) -> Deployment | None:
    """What a run has put in service of a model already, or None. Raises StoreError."""
    with registry.reading() as state:
        return deployment_of_run(state, model, run_id)


def operation_under_way(registry: Registry, model: str) -> Operation | None:
    """The operation under way on a model, or None. Raises StoreError."""
    with registry.reading() as state:
        return running_operation(state, model)


def is_blocked(registry: Registry, version: str) -> bool:
    """Whether an incident that blocks this version is unresolved. Raises StoreError."""
    with registry.reading() as state:
        return blocked(state, version)


def released_request(registry: Registry, request: str) -> ReleasedRequest:
    """A request with what was released under it. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return ReleasedRequest(state.need(ApprovalRequest, request), release_of(state, request))


def released_requests(registry: Registry) -> list[ReleasedRequest]:
    """Every request to ratify a release with what was released, by key. Raises StoreError."""
    with registry.reading() as state:
        requests = state.find(ApprovalRequest, purpose=RELEASE.name)
        return [ReleasedRequest(request, release_of(state, request.key)) for request in requests]


def release_opened_by(registry: Registry, run_id: str) -> ApprovalRequest | None:
    """The release that was opened on the page of a run; None for a run without an id. Raises StoreError."""
    with registry.reading() as state:
        known = state.find(ApprovalRequest, purpose=RELEASE.name, run_id=run_id) if run_id else []
    return known[-1] if known else None


def return_choice(
    registry: Registry, model: str, environment: str, slot: str, now: datetime, missing: Missing
) -> ReturnChoice:
    """The version to return to in a slot; `missing` says why a version's bytes cannot be had, empty when they can.

    Raises NotFoundError, StoreError.
    """
    with registry.reading() as state:
        chosen = choose_rollback(state, model, environment, slot, now, missing)
        return ReturnChoice(chosen, state.need(Model, model), tuple(state.find(Standard)))


def serving_facts(registry: Registry, model: str, environment: str, slot: str) -> ServingFacts:
    """A model and what serves in one of its slots. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return ServingFacts(
            state.need(Model, model),
            state.get(Operation, f"{model}/operation"),
            serving_or_last(state, model, environment, slot),
            tuple(state.find(Standard)),
        )


def release_audience(registry: Registry, model: str, now: datetime) -> tuple[str, ...]:
    """The owner of a model and the administrators at a time, by id. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return (state.need(Model, model).owner, *administrators(state, Moment(now)))
