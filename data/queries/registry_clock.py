"""Reads the time in a registry: the current time, or in a replay registry the business time of its latest event."""

from __future__ import annotations

from datetime import datetime

from data.records.instant import read_instant
from data.registry.registry import Registry
from data.registry.registry_time import RegistryTime, registry_time

__all__ = ["RegistryTime", "newest_event_at", "time_in"]


def time_in(registry: Registry) -> RegistryTime:
    """Return the clock of the registry and its time now, in UTC. Raises MissingRegistryError for an empty log,
    StoreError."""
    with registry.store.reading() as connection:
        return registry_time(connection)


def newest_event_at(registry: Registry) -> datetime:
    """Return the business time of the latest event, in UTC, whatever the registry's clock. Raises StoreError."""
    with registry.reading() as state:
        return read_instant(state.last_effective_at())
