"""A night's windows end on a day that is over."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from data.errors import InputError
from tasks.monitor.name_night import last_day

NOW = datetime(2013, 4, 29, 0, 30, tzinfo=UTC)


def test_without_a_day_it_is_yesterday() -> None:
    assert last_day(None, NOW) == date(2013, 4, 28)


def test_an_earlier_day_may_be_asked_for() -> None:
    assert last_day(date(2013, 4, 1), NOW) == date(2013, 4, 1)


@pytest.mark.parametrize("day", [date(2013, 4, 29), date(2014, 1, 1)])
def test_a_day_that_is_not_over_is_refused(day: date) -> None:
    with pytest.raises(InputError, match="is not over yet on 2013-04-29"):
        last_day(day, NOW)
