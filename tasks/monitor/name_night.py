"""Which day a night's windows end on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from data.errors import InputError
from tasks.run.business_time import moment


def last_day(through: date | None, as_of: datetime | None) -> date:
    """The day asked for, or yesterday (UTC). Raises InputError for a day that is not over: its log is not whole."""
    today = moment(as_of).date()
    if through is None:
        return today - timedelta(days=1)
    if through >= today:
        raise InputError(f"{through} is not over yet on {today}", "watch through yesterday or an earlier day")
    return through
