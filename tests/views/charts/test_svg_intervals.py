"""The picture of values with intervals is well-formed, draws nothing outside itself, and escapes untrusted text."""

from __future__ import annotations

import base64
import math
import re
import xml.etree.ElementTree as ET

import pytest

from views.charts.svg_intervals import WIDTH, IntervalRow, draw_intervals, interval_picture

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [
    IntervalRow("psi:distance", 0.4, 0.1, 0.7, "quiet"),
    IntervalRow("psi:temp", 1.6, 1.2, 2.0, "watch", "warned", mark=2.5),
    IntervalRow("calibration", -3.0, -3.4, -2.6, "page", "bad"),
]


def drawn(rows: list[IntervalRow] = ROWS, line: float | None = 1.0) -> ET.Element:
    return ET.fromstring(draw_intervals("Drift", rows, line, "margin"))


def test_each_row_shows_its_name_interval_point_and_label() -> None:
    svg = drawn()
    texts = [one.text for one in svg.iter(f"{SVG}text")]
    assert {"Drift", "margin", "psi:distance", "psi:temp", "calibration", "quiet", "watch", "page"} <= set(texts)
    assert len(list(svg.iter(f"{SVG}circle"))) == 1
    assert len(list(svg.iter(f"{SVG}path"))) == 2, "what warns or is bad has a shape of its own, not only a colour"
    assert svg.get("aria-label") == "Drift"


def test_everything_is_drawn_inside_the_picture() -> None:
    height = float((drawn().get("viewBox") or "").split()[3])
    for part in drawn().iter():
        assert all(0 <= float(part.get(name, 0)) <= WIDTH for name in ("x", "x1", "x2", "cx"))
        assert all(0 <= float(part.get(name, 0)) <= height for name in ("y", "y1", "y2", "cy"))


def test_a_greater_value_is_further_right_and_the_line_is_at_its_value() -> None:
    rows = [IntervalRow("a", 0.0), IntervalRow("b", 1.0), IntervalRow("c", 2.0)]
    places = [float(one.get("cx", 0)) for one in drawn(rows).iter(f"{SVG}circle")]
    (line,) = [one for one in drawn(rows).iter(f"{SVG}line") if one.get("stroke-dasharray")]
    assert places == sorted(places)
    assert float(line.get("x1", 0)) == pytest.approx(places[1], abs=0.2)


AWKWARD = {
    "one value alone": [IntervalRow("a", 0.5)],
    "nothing but zeros": [IntervalRow("a", 0.0, 0.0, 0.0)],
    "very large": [IntervalRow("a", 1e12, -1e12, 3e12)],
    "very small": [IntervalRow("a", 1e-9, 0.0, 2e-9)],
    "an end that is not known": [IntervalRow("a", 1.0, None, 2.0)],
    "an end beyond all bounds": [IntervalRow("a", 1.0, -math.inf, math.inf)],
}


@pytest.mark.parametrize("rows", AWKWARD.values(), ids=AWKWARD)
@pytest.mark.parametrize("line", [None, 0.0, 1.0])
def test_extreme_and_equal_values_are_drawn(rows: list[IntervalRow], line: float | None) -> None:
    assert len(list(drawn(rows, line).iter(f"{SVG}circle"))) == 1


def test_markup_in_names_is_escaped() -> None:
    svg = drawn([IntervalRow("</text><script>alert(1)</script>\u202e", 1.0, label='"&<')])
    assert not list(svg.iter(f"{SVG}script"))
    assert "</text><script>alert(1)</script>�" in [one.text for one in svg.iter(f"{SVG}text")]


def test_the_markdown_is_one_line_that_contains_the_whole_picture() -> None:
    _, line = interval_picture("Drift | of [a]", ROWS, 1.0, "margin")
    found = re.fullmatch(r"!\[Drift \\\| of \\\[a\\\]\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", line)
    assert found is not None
    assert ET.fromstring(base64.b64decode(found[1])).tag == f"{SVG}svg"


@pytest.mark.parametrize(
    "rows", [[], [IntervalRow("a", None)], [IntervalRow("a", math.nan)]], ids=["none", "no value", "no number"]
)
def test_rows_without_a_value_give_no_picture(rows: list[IntervalRow]) -> None:
    assert interval_picture("Drift", rows) == []
