"""A line chart draws every window, marks alerts and windows without a value, and draws no line across a gap."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from views.charts.line_chart import FormerLevels, Level, Line, LineChart, Point, describe_chart
from views.charts.svg_line import NARROW, SMALL, WIDE, Canvas, draw_line

MONDAY = date(2013, 4, 1)
LEVELS = (Level(1.0, "expected", ""), Level(1.1, "margin", "margin 0.1"), Level(1.25, "severe", "severe 0.25"))


def point(week: int, value: float | None = 1.0, **changes: Any) -> Point:
    last = MONDAY + timedelta(days=7 * week + 6)
    given = {"low": None, "high": None, "rows": 500, **changes}
    return Point(last - timedelta(days=6), last, value, **given)


def chart(points: Iterable[Point], **changes: Any) -> LineChart:
    given = {"key": "auc", "title": "AUC", "text": "Higher is better.", "lines": (Line("v1", 0, tuple(points)),)}
    return LineChart(**{**given, **changes})


def drawn(shown: LineChart, canvas: Canvas = WIDE) -> ET.Element:
    return ET.fromstring(draw_line(shown, canvas))


def classes(root: ET.Element, tag: str) -> list[str]:
    return [one.attrib.get("class", "") for one in root.iter(tag)]


def test_every_window_has_a_point() -> None:
    assert classes(drawn(chart(point(week) for week in range(5))), "circle") == ["dot"] * 5


def test_no_line_is_drawn_across_a_gap() -> None:
    weeks = [0, 1, 2, 6, 7]

    assert classes(drawn(chart(point(week) for week in weeks)), "polyline") == ["line", "line"]


def test_windows_that_cover_every_day_are_one_line_even_if_their_ends_are_far_from_each_other() -> None:
    nights = [Point(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n + 6), 1.0, None, None, 500) for n in range(9)]
    weeks = [point(week, 1.0) for week in range(-5, 0)]

    assert classes(drawn(chart([*weeks, *nights])), "polyline") == ["line"]


def test_windows_with_the_same_last_day_are_drawn() -> None:
    assert len(classes(drawn(chart([point(0), point(0), point(1)])), "polyline")) == 1


def test_intervals_are_an_area_and_a_single_interval_is_a_whisker() -> None:
    many = drawn(chart(point(week, low=0.9, high=1.2) for week in range(3)))
    single = drawn(chart([point(0, low=0.9, high=1.2)]))

    assert classes(many, "polygon") == ["interval"]
    assert "whisker" in classes(single, "line")


ALARMS = {"page": ("page", "page", "paged"), "watch": ("watch", "watch", "on watch")}


@pytest.mark.parametrize(("outcome", "kind", "word"), ALARMS.values(), ids=ALARMS)
def test_a_window_is_marked_by_shape_and_word(outcome: str, kind: str, word: str) -> None:
    root = drawn(chart([point(0), point(1, 0.4, outcome=outcome)]))

    (mark,) = [one for one in root.iter("g") if one.attrib.get("class") == kind]
    assert mark[0].text == f"2013-04-14, v1: 0.400, {word}"


def test_a_window_without_a_value_shows_the_reason() -> None:
    root = drawn(chart([point(0), point(1, None, cannot_say="too few rows")]))

    assert "2013-04-14: cannot say, too few rows" in [one.text for one in root.iter("title")]


def test_the_margin_is_a_band_and_levels_are_named_if_there_is_room() -> None:
    wide, narrow = (drawn(chart([point(0), point(1)], levels=LEVELS), canvas) for canvas in (WIDE, NARROW))

    assert "within" in classes(wide, "rect")
    assert {"margin 0.1", "severe 0.25"} <= {one.text for one in wide.iter("text")}
    assert not {"margin 0.1", "severe 0.25"} & {one.text for one in narrow.iter("text")}


def test_former_levels_are_drawn_over_the_windows_that_they_judged() -> None:
    until = MONDAY + timedelta(days=16)
    wider = (Level(1.0, "expected", ""), Level(2.0, "margin", "margin 1"))
    former = (FormerLevels(until, LEVELS),)
    root = drawn(chart([point(week) for week in range(4)], levels=wider, former=former))

    bands = sorted((float(one.attrib["x"]), float(one.attrib["height"])) for one in root.iter("rect"))
    assert len(bands) == 2
    assert bands[0][1] < bands[1][1], "the wider margin is the one to the right"
    dots = [float(one.attrib["cx"]) for one in root.iter("circle")]
    assert dots[1] < bands[1][0] < dots[2]
    levels = {
        one.attrib["class"]: (float(one.attrib["x1"]), float(one.attrib["x2"]))
        for one in root.iter("line")
        if "severe" in one.attrib["class"]
    }
    assert levels == {"level severe": (bands[0][0], bands[1][0])}
    names = {one.text for one in root.iter("text")}
    assert "margin 1" in names
    assert "margin 0.1" not in names


def test_names_of_close_levels_do_not_overlap() -> None:
    levels = tuple(Level(1.0 + 0.001 * number, "margin", f"m{number}") for number in range(4))
    root = drawn(chart([point(0, 0.1), point(1, 9.0)], levels=levels))

    heights = sorted(float(one.attrib["y"]) for one in root.iter("text") if (one.text or "").startswith("m"))
    assert all(b - a >= 12 for a, b in itertools.pairwise(heights))


@pytest.mark.parametrize("canvas", [WIDE, NARROW, SMALL], ids=["wide", "narrow", "small"])
def test_everything_is_drawn_inside_the_canvas(canvas: Canvas) -> None:
    points = [point(week, 0.2 * week, low=-9.0, high=9.0, outcome="page") for week in range(9)]
    root = drawn(chart(points, levels=LEVELS, handovers=((MONDAY, "v1"), (MONDAY + timedelta(days=1), "v2"))), canvas)

    across = [float(one.attrib[name]) for one in root.iter() for name in ("x", "x1", "x2", "cx") if name in one.attrib]
    down = [float(one.attrib[name]) for one in root.iter() for name in ("y", "y1", "y2", "cy") if name in one.attrib]
    assert 0 <= min(across) <= max(across) <= canvas.width
    assert 0 <= min(down) <= max(down) <= canvas.height


def test_lines_differ_in_shape_and_dashes_and_not_only_in_colour() -> None:
    lines = tuple(Line(f"v{look}", look, (point(look), point(look + 1))) for look in range(6))
    root = drawn(chart([], lines=lines))

    shapes = [
        [child.tag + child.attrib["class"] for child in one][-1]
        for one in root
        if one.attrib.get("class", "").startswith("look")
    ]
    assert len(shapes) == 6
    assert len(set(shapes)) >= 5


def test_a_chart_without_points_can_be_drawn() -> None:
    assert drawn(chart([])).attrib["role"] == "img"


SENTENCES = {
    "quiet windows": (chart([point(0, 0.5), point(1, 0.7)]), "v1: 2 windows, between 0.500 and 0.700; none paged."),
    "a page": (chart([point(0, 0.5, outcome="page")]), "between 0.500 and 0.500; 1 paged, 0 on watch."),
    "shares": (chart([point(0, -0.015)], number="share"), "between −1.5 % and −1.5 %"),
    "nothing known": (chart([point(0, None)]), "No window has a value yet."),
}  # fmt: skip


@pytest.mark.parametrize(("shown", "words"), SENTENCES.values(), ids=SENTENCES)
def test_the_drawing_has_its_description_for_screen_readers(shown: LineChart, words: str) -> None:
    assert words in describe_chart(shown)
    assert words in (ET.fromstring(draw_line(shown))[1].text or "")


def test_ratios_that_are_zero_are_drawn_at_the_edge() -> None:
    root = drawn(chart([point(0, 0.0), point(1, 1.0)], number="ratio", levels=(Level(-0.5, "severe", ""),)))

    assert classes(root, "circle") == ["dot", "dot"]
