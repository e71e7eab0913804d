"""A timeline keeps its marks separate, its bars in lanes, and everything inside the drawing."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from views.charts.svg_timeline import AGAINST, GLYPHS, WORDS, Bar, Mark, Timeline, Track, draw_glyph, draw_timeline

BEGIN = datetime(2013, 4, 1, tzinfo=UTC)
END = datetime(2013, 12, 31, tzinfo=UTC)


def drawn(*tracks: Track, width: float = 960.0) -> ET.Element:
    return ET.fromstring(draw_timeline(Timeline("life", "The life", "One model.", BEGIN, END, tracks), width))


def placed(root: ET.Element) -> list[float]:
    """Return the x coordinate of each mark, those of alerts included."""
    moved = [one.attrib["transform"] for one in root.iter("g") if "transform" in one.attrib]
    alerts = [one.attrib["d"] for one in root.iter("path") if one.attrib.get("class") in {"page", "watch"}]
    return [float(re.findall(r"-?[\d.]+", one)[0]) for one in [*moved, *alerts]]


def marks(*days: int, kind: str = "validated") -> tuple[Mark, ...]:
    return tuple(Mark(BEGIN + timedelta(days=day), kind, f"on day {day}") for day in days)


@pytest.mark.parametrize(
    "days", [(0, 0, 0, 0), (100, 101, 150), (273, 273, 274, 274, 274)], ids=["begin", "middle", "end"]
)
def test_marks_close_in_time_are_drawn_side_by_side(days: tuple[int, ...]) -> None:
    places = placed(drawn(Track("v1", "approved", marks(*days))))

    assert len(places) == len(days)
    assert all(b - a >= 15.9 for a, b in itertools.pairwise(places))
    assert 0 < min(places) <= max(places) <= 960


def test_alerts_are_triangles_with_a_tooltip() -> None:
    root = drawn(Track("Alerts", "2", (*marks(3, kind="page"), *marks(9, kind="warning"))))

    assert [one.attrib["class"] for one in root.iter("path")] == ["page", "watch"]
    assert "2013-04-04: on day 3" in [one.text for one in root.iter("title")]


def test_bars_that_overlap_are_in_different_lanes() -> None:
    def bar(start: int, end: int | None) -> Bar:
        return Bar(BEGIN + timedelta(days=start), BEGIN + timedelta(days=end) if end else None, "incident", "", "says")

    root = drawn(Track("Incidents", "3", (), (bar(0, 50), bar(10, None), bar(60, 70))))

    heights = [float(one.attrib["y"]) for one in root.iter("rect")]
    assert heights[0] == heights[2] != heights[1]


def test_a_bar_shows_its_name_if_there_is_room_and_an_arrow_while_it_lasts() -> None:
    long = Bar(BEGIN, None, "champion", "champion", "serves")
    short = Bar(BEGIN, BEGIN + timedelta(days=3), "champion", "champion", "served")

    lifespan = (BEGIN, None)
    drawings = [drawn(Track("v1", "approved", (), (bar,), lifespan)) for bar in (long, short)]
    names = ["champion" in [one.text for one in root.iter("text")] for root in drawings]
    goes_on = ["goeson" in [one.attrib.get("class") for one in root.iter("path")] for root in drawings]
    assert names == goes_on == [True, False]


def test_the_lifespan_line_ends_where_the_version_ended() -> None:
    roots = [drawn(Track("v1", "retired", (), (), (BEGIN, end))) for end in (BEGIN + timedelta(days=30), None)]

    ends = [float(one.attrib["x2"]) for root in roots for one in root.iter("line") if one.attrib["class"] == "alive"]
    assert ends[0] < ends[1] < 960


@pytest.mark.parametrize("kind", ["validated", "page"])
@pytest.mark.parametrize("days", [range(0, 274, 9), range(274), [*range(200), *[273] * 300]], ids=["31", "274", "500"])
@pytest.mark.parametrize("width", [960.0, 380.0], ids=["wide", "narrow"])
def test_everything_is_drawn_inside_the_width(width: float, days: Iterable[int], kind: str) -> None:
    tracks = [Track(f"v{number}", "approved", marks(*days, kind=kind), (), (BEGIN, None)) for number in range(3)]
    root = drawn(*tracks, width=width)

    across = [float(one.attrib[name]) for one in root.iter() for name in ("x", "x1", "x2") if name in one.attrib]
    assert 0 <= min(across) <= max([*across, *placed(root)]) <= width
    begins = 104.0 if width > 500 else 62.0
    assert begins - 0.1 <= min(placed(root)), "no mark covers the names of the rows"
    assert len(placed(root)) == 3 * len(list(days))


def test_every_symbol_has_a_word_in_the_legend() -> None:
    assert set(GLYPHS) == set(WORDS)
    assert set(GLYPHS) >= AGAINST


@pytest.mark.parametrize("kind", [*GLYPHS, "page", "warning", "something new"])
def test_a_single_symbol_is_hidden_from_screen_readers(kind: str) -> None:
    assert ET.fromstring(draw_glyph(kind)).attrib["aria-hidden"] == "true"
