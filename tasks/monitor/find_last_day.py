"""Determine the day on which the windows of a monitoring run end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from data.errors import InputError
from tasks.run.business_time import moment


def last_day(through: date | None, as_of: datetime | None) -> date:
    """Return the requested day, or yesterday (UTC). Raises InputError for a day that has not ended."""
    today = moment(as_of).date()
    if through is None:
        return today - timedelta(days=1)
    if through >= today:
        raise InputError(f"{through} has not ended yet: today is {today} (UTC)", "choose yesterday or an earlier day")
    return through
