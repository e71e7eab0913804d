"""The time in a registry: the wall clock, or in a replay the business time of its newest event."""

from __future__ import annotations

from datetime import datetime

from data.records.instant import read_instant
from data.registry.registry import Registry
from data.registry.registry_time import RegistryTime, registry_time

__all__ = ["RegistryTime", "newest_event_at", "time_in"]


def time_in(registry: Registry) -> RegistryTime:
    """The clock of the registry and its time now, in UTC. Raises MissingRegistryError for an empty log, StoreError."""
    with registry.store.reading() as connection:
        return registry_time(connection)


def newest_event_at(registry: Registry) -> datetime:
    """The business time of the newest event, in UTC, in a replay and otherwise. Raises StoreError."""
    with registry.reading() as state:
        return read_instant(state.last_effective_at())
