"""Reads how far the log reaches: in the registry, in its journal and in its anchors; and whether the clock fits it."""

from __future__ import annotations

from dataclasses import dataclass

from data.audit.anchors.anchor import AnchorSink, size_of
from data.errors import AnchorError, ClockError
from data.registry.registry import Registry


@dataclass(frozen=True)
class LogState:
    """The number of events, the clock (`wall` or `replay`), and the time at which the last event was recorded.

    `clock_fault` is the reason why the clock of this host cannot date the next event; None if it can.
    """

    events: int
    clock: str
    recorded_at: str
    clock_fault: ClockError | None


@dataclass(frozen=True)
class AnchorState:
    """An anchor, the number of events that its last checkpoint covers, or why it cannot be read."""

    location: str
    events: int
    fault: AnchorError | None = None


def log_state(registry: Registry) -> LogState:
    """Return the state of the log in the registry. Raises MissingRegistryError, StoreError."""
    head = registry.head()
    return LogState(head.size, head.clock, head.recorded_at, registry.clock_fault(head))


def newest_event(registry: Registry) -> int:
    """Return the number of the latest event. Raises MissingRegistryError, StoreError."""
    return registry.head().size - 1


def journal_size(registry: Registry) -> int | None:
    """Return the number of events in the journal; None if it does not exist. Raises JournalError."""
    return registry.journal.size() if registry.journal.exists() else None


def anchor_count(registry: Registry) -> int:
    """Return the number of anchors that are set."""
    return len(registry.anchors)


def anchor_states(registry: Registry) -> list[AnchorState]:
    """Return the state of each anchor that is set."""
    return [_anchor_state(anchor) for anchor in registry.anchors]


def _anchor_state(anchor: AnchorSink) -> AnchorState:
    try:
        return AnchorState(anchor.location, size_of(anchor.last()))
    except AnchorError as error:
        return AnchorState(anchor.location, 0, error)
