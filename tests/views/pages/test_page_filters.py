"""The template filters write values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from markupsafe import Markup

from views.pages.page_filters import day, inert, interval, moment, number, tail

LATE = datetime(2013, 4, 22, 23, 30, tzinfo=timezone(timedelta(hours=-4)))

WRITTEN = {
    "a day, in UTC": (day(LATE), '<span class="day">2013-04-23</span>'),
    "no day": (day(None), '<span class="day">–</span>'),
    "a moment, in UTC": (moment(LATE), '<span class="day">2013-04-23 03:30 UTC</span>'),
    "no moment": (moment(None), '<span class="day">–</span>'),
    "a figure": (number(0.69408), "0.694"),
    "a figure below zero": (number(-0.0123), "−0.012"),
    "a count": (number(18409.0), "18,409"),
    "no figure": (number(None), "–"),
    "an interval": (interval(-0.01, 0.0345), "[−0.010, 0.035]"),
    "half an interval": (interval(None, 0.5), ""),
    "a digest": (tail("sha256:" + "0" * 52 + "0123456789ab"), "…0123456789ab"),
    "no digest": (tail(None), "–"),
}


@pytest.mark.parametrize(("written", "words"), WRITTEN.values(), ids=WRITTEN)
def test_a_value_is_written_as_text(written: str, words: str) -> None:
    assert written == words


INERT = {
    "text that turns around": ("a\u202eb", "a\\u202eb"),
    "text of nothing but width": ("\u200b", "\\u200b"),
    "nothing": (None, "–"),
    "a number": (3, 3),
    "markup of our own": (Markup("<b>\u202e</b>"), Markup("<b>\u202e</b>")),
}


@pytest.mark.parametrize(("given", "shown"), INERT.values(), ids=INERT)
def test_hidden_characters_are_shown_as_codes(given: object, shown: object) -> None:
    assert inert(given) == shown


def test_only_days_and_times_are_markup() -> None:
    assert isinstance(day(datetime(2013, 4, 1, tzinfo=UTC)), Markup)
    assert not isinstance(number(1.0), Markup)
