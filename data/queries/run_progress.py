"""What the registry knows of a run: its acting person, how many answers were judged, what it opened and deployed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.events import EventType
from data.records.names import model_of
from data.records.person import Actor
from data.records.version import Version
from data.registry.current_actor import current_actor
from data.registry.registry import Registry
from data.registry.rules.operation import deployment_of_run


@dataclass(frozen=True)
class PublishedVersion:
    """A version, and the deployment that a run brought about with its model; None while it brought about none."""

    version: Version
    deployment: Deployment | None


def acting_person(registry: Registry) -> Actor:
    """The person that the settings or the operating-system user name. Raises StoreError."""
    with registry.reading() as state:
        return current_actor(state)


def answers_judged(registry: Registry, subject: str, types: Sequence[EventType], run_id: str) -> int:
    """How many events of these types a run left on a subject. Raises StoreError."""
    with registry.reading() as state:
        return state.count_events(subject, types, run_id)


def request_of_run(registry: Registry, version: str, run_id: str) -> ApprovalRequest | None:
    """The newest request on a version that a run opened; None for a run without an id. Raises StoreError."""
    if not run_id:
        return None
    with registry.reading() as state:
        known = state.find(ApprovalRequest, subject=version, run_id=run_id)
    return known[-1] if known else None


def published_by_run(registry: Registry, version: str, run_id: str) -> PublishedVersion:
    """A version with what a run deployed of its model. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return PublishedVersion(state.need(Version, version), deployment_of_run(state, model_of(version), run_id))
