"""Reads changes of a slot that are done before approval: rollbacks, suspensions and emergency releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.queries.lookup import find_model
from data.records.approval import ApprovalRequest, EligibleApprover
from data.records.deployment import Deployment
from data.records.model import Model
from data.registry.eligible_approvers import eligible_approvers
from data.registry.purposes import purpose_of
from data.registry.registry import Registry
from data.registry.rules.emergency import release_of


@dataclass(frozen=True)
class UrgentOperation:
    """The latest deployment in a slot, whatever its state; None before the first deployment.

    `release` is the request of an emergency release that still serves, `eligible` are the people who could sign it.
    """

    model: Model
    deployment: Deployment | None
    release: ApprovalRequest | None
    eligible: tuple[EligibleApprover, ...]


@dataclass(frozen=True)
class ReleaseProgress:
    """The request of an emergency release, and its deployment once it was published."""

    request: ApprovalRequest
    deployment: Deployment | None


def urgent_operation(registry: Registry, text: str, environment: str, slot: str, now: datetime) -> UrgentOperation:
    """Return the latest deployment in a slot of the model of this name.

    Raises as `find_model` does, and StoreError.
    """
    with registry.reading() as state:
        model = find_model(state, text)
        found = state.find(Deployment, model=model.key, environment=environment, slot=slot)
        if not found or not found[-1].request or found[-1].state != "deployed":
            return UrgentOperation(model, found[-1] if found else None, None, ())
        request = state.need(ApprovalRequest, found[-1].request)
        if not purpose_of(request).serves_before_votes:
            return UrgentOperation(model, found[-1], None, ())
        return UrgentOperation(model, found[-1], request, eligible_approvers(state, request, now))


def release_progress(registry: Registry, request: str) -> ReleaseProgress:
    """Return the emergency release of the request with this key. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return ReleaseProgress(state.need(ApprovalRequest, request), release_of(state, request))
