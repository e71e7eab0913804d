"""The windows of a monitoring run end on a day that has ended."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from data.errors import InputError
from tasks.monitor.find_last_day import last_day

NOW = datetime(2013, 4, 29, 0, 30, tzinfo=UTC)


def test_the_default_day_is_yesterday() -> None:
    assert last_day(None, NOW) == date(2013, 4, 28)


def test_an_earlier_day_is_accepted() -> None:
    assert last_day(date(2013, 4, 1), NOW) == date(2013, 4, 1)


@pytest.mark.parametrize("day", [date(2013, 4, 29), date(2014, 1, 1)])
def test_a_day_that_has_not_ended_is_refused(day: date) -> None:
    with pytest.raises(InputError, match="has not ended yet: today is 2013-04-29"):
        last_day(day, NOW)
