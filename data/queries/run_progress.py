"""Reads what a run has recorded: its acting person, the number of its events, its request and its deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.events import EventType
from data.records.names import model_of
from data.records.version import Version
from data.registry.registry import Registry
from data.registry.rules.operation import deployment_of_run


@dataclass(frozen=True)
class PublishedVersion:
    """A version, and the deployment of its model that a run made; None while the run made none."""

    version: Version
    deployment: Deployment | None


def count_events_of_run(registry: Registry, subject: str, types: Sequence[EventType], run_id: str) -> int:
    """Return the number of events of these types about a subject that a run recorded. Raises StoreError."""
    with registry.reading() as state:
        return state.count_events(subject, types, run_id)


def request_of_run(registry: Registry, version: str, run_id: str) -> ApprovalRequest | None:
    """Return the latest request about a version that a run opened; None for a run without an id. Raises StoreError."""
    if not run_id:
        return None
    with registry.reading() as state:
        known = state.find(ApprovalRequest, subject=version, run_id=run_id)
    return known[-1] if known else None


def published_by_run(registry: Registry, version: str, run_id: str) -> PublishedVersion:
    """Return a version with the deployment of its model that a run made. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return PublishedVersion(state.need(Version, version), deployment_of_run(state, model_of(version), run_id))
