"""The time at which a step is judged: the system clock, or the business time given to the flow."""

from __future__ import annotations

from datetime import UTC, datetime

from data.queries.registry_clock import newest_event_at, time_in
from data.records.instant import in_utc
from data.registry.registry import Registry


def moment(as_of: datetime | None) -> datetime:
    """Return `as_of` in UTC, or the current time if it is None."""
    return datetime.now(UTC) if as_of is None else in_utc(as_of)


def meanwhile(as_of: datetime | None) -> datetime | None:
    """Return the business time after a wait: the later of `as_of` and the latest event; None for the current time."""
    if as_of is None:
        return None
    return max(in_utc(as_of), newest_event_at(Registry.here()))


def registry_moment(as_of: datetime | None) -> datetime | None:
    """Return `as_of`, or in a replay registry the time of the latest event, because nothing there has today's date."""
    if as_of is not None:
        return as_of
    time = time_in(Registry.here())
    return time.now if time.is_replay else None
