"""Points in time: UTC-aware inside, RFC 3339 with microseconds and `Z` wherever they are written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer

from data.errors import InputError


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises InputError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise InputError(f"the time {moment.isoformat()} has no time zone", "write it with `Z` or an offset")
    return moment.astimezone(UTC)


def write_instant(moment: datetime) -> str:
    """RFC 3339, UTC, always six digits of a second: sorts as text in the order of time."""
    return in_utc(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_instant(text: str) -> datetime:
    """A moment from RFC 3339 or ISO 8601 text; a bare date is its midnight UTC. Raises InputError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is not a time", "write it like 2013-08-01 or 2013-08-01T12:00:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(in_utc), PlainSerializer(write_instant, return_type=str, when_used="json")]
