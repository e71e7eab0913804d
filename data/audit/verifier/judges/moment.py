"""The business time at which a command was judged, as far as its event shows it.

A replay log states the time itself. In other logs an event states when it was written, at most some minutes after the
time of the judgement, which its rows may state exactly. An event with the time of the event before it was written
under a clock that was behind the log; how far is unknown.

All times are RFC 3339 texts in UTC with microseconds, whose order is the order of time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

LONGEST_JUDGEMENT = timedelta(minutes=15)
"""The longest time from the judgement of a command to the time in its event; longer only if the computer slept."""

EARLIEST = "0001-01-01T00:00:00.000000Z"


class JudgementTime:
    """The interval from `low` to `high` in which the command was judged."""

    def __init__(self, event: dict[str, Any], former: str, is_replay: bool) -> None:
        self.high = event["effective_at"]
        if is_replay:
            self.low = self.high
        elif former == event["recorded_at"]:
            self.low = EARLIEST
        else:
            self.low = shifted(event["recorded_at"], -LONGEST_JUDGEMENT)

    def pin(self, stated: object) -> bool:
        """Use a time that a row states as the time of the judgement; return False if it is outside the interval."""
        if not isinstance(stated, str) or not self.low <= stated <= self.high:
            return False
        self.low = self.high = stated
        return True

    def reached(self, time: object) -> bool:
        """Return True if the judgement may have been at this time or later."""
        return isinstance(time, str) and time <= self.high

    def before(self, time: object) -> bool:
        """Return True if the judgement may have been before this time."""
        return isinstance(time, str) and self.low < time


def shifted(time: str, by: timedelta) -> str:
    """Return a time moved by a duration."""
    return written(instant(time) + by)


def instant(time: str) -> datetime:
    """Return a time text as a datetime in UTC. Raises ValueError."""
    return datetime.fromisoformat(time).astimezone(UTC)


def written(time: datetime) -> str:
    """Return a datetime as a time text."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
