"""Points in time: UTC-aware in memory, and written as RFC 3339 with microseconds and `Z`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer

from data.errors import InputError


def in_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC. Raises InputError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise InputError(f"the time {moment.isoformat()} has no time zone", "add `Z` or an offset")
    return moment.astimezone(UTC)


def write_instant(moment: datetime) -> str:
    """Return the moment as RFC 3339 in UTC with six digits of a second, so that text order is time order."""
    return in_utc(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_instant(text: str) -> datetime:
    """Return the moment of an RFC 3339 or ISO 8601 text; without a zone it is UTC. Raises InputError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is not a time", "write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(in_utc), PlainSerializer(write_instant, return_type=str, when_used="json")]
