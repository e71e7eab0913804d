"""The moment a step is judged at: the wall clock, or the replayed time a flow was given."""

from __future__ import annotations

from datetime import UTC, datetime

from data.queries.registry_clock import newest_event_at, time_in
from data.records.instant import in_utc
from data.registry.registry import Registry


def moment(as_of: datetime | None) -> datetime:
    """`as_of` in UTC, or now."""
    return datetime.now(UTC) if as_of is None else in_utc(as_of)


def meanwhile(as_of: datetime | None) -> datetime | None:
    """The replayed time after people were waited for: the log may have gone on since the flow began."""
    if as_of is None:
        return None
    return max(in_utc(as_of), newest_event_at(Registry.here()))


def registry_moment(as_of: datetime | None) -> datetime | None:
    """`as_of`, or in a registry that replays a past the time of its newest event: nothing there is dated today."""
    if as_of is not None:
        return as_of
    time = time_in(Registry.here())
    return time.now if time.is_replay else None
