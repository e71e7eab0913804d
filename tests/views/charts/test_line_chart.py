"""A line chart counts its page and watch outcomes, formats its values, and describes itself in a sentence."""

from __future__ import annotations

from datetime import date

import pytest

from views.charts.line_chart import Line, LineChart, Number, Point, describe_chart

DAY = date(2013, 4, 1)


def chart(*points: Point, number: Number = "plain") -> LineChart:
    return LineChart("psi", "PSI", "Lower is better.", (Line("v1", 0, points),), number=number)


def point(value: float | None, outcome: str = "") -> Point:
    return Point(DAY, DAY, value, None, None, 500, outcome)


def test_page_and_watch_outcomes_are_counted_over_all_lines() -> None:
    lines = (Line("v1", 0, (point(1.0, "page"), point(2.0))), Line("v2", 1, (point(3.0, "watch"), point(4.0, "page"))))
    shown = LineChart("psi", "PSI", "", lines)
    assert (len(shown.points), shown.page_count, shown.watch_count) == (4, 2, 1)


WRITTEN: dict[str, tuple[Number, float | None, str]] = {
    "a plain value has three decimals": ("plain", 0.12345, "0.123"),
    "a share is a percentage": ("share", 0.1234, "12.3 %"),
    "a ratio has three decimals": ("ratio", 1.0, "1.000"),
    "a negative value has a minus sign": ("plain", -0.5, "−0.500"),
    "a negative share has a minus sign": ("share", -0.5, "−50.0 %"),
    "no value is a dash": ("share", None, "–"),
}


@pytest.mark.parametrize(("number", "value", "written"), WRITTEN.values(), ids=WRITTEN)
def test_a_value_is_written_in_the_number_format_of_the_chart(
    number: Number, value: float | None, written: str
) -> None:
    assert chart(number=number).written(value) == written


def test_the_sentence_names_the_lines_the_number_of_windows_their_span_and_the_alarms() -> None:
    shown = chart(point(0.1), point(None), point(0.3, "page"), point(0.2, "watch"))
    assert describe_chart(shown) == "Lower is better. v1: 3 windows, between 0.100 and 0.300; 1 paged, 1 on watch."


def test_the_sentence_says_when_no_window_paged() -> None:
    assert describe_chart(chart(point(0.1))).endswith("between 0.100 and 0.100; none paged.")


def test_the_sentence_says_when_no_window_has_a_value() -> None:
    assert describe_chart(chart(point(None))) == "Lower is better. No window has a value yet."
