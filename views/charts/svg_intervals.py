"""Draw values with their intervals, one row for each value on a common axis, as a picture for the Prefect UI.

The picture is SVG in the data URL of a Markdown image: it loads nothing, runs no script and has no stylesheet.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from data.text.markdown_text import plain
from data.text.untrusted_text import visible
from views.charts.axis import Scale
from views.charts.palette import BAD, INK, PAPER, PLAIN, RULE, SOFT, WARN
from views.charts.svg_element import element

WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM = 760.0, 230.0, 150.0, 50.0, 24.0, 30.0
COLOURS = {"plain": PLAIN, "warned": WARN, "bad": BAD}
TICKS = 5
NAME_LENGTH, LABEL_LENGTH, MOST = 34, 24, 60

Look = Literal["plain", "warned", "bad"]


@dataclass(frozen=True)
class IntervalRow:
    """One row of the picture: a name, a value with its interval, a label, and the value that it is compared with."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    label: str = ""
    look: Look = "plain"
    mark: float | None = None


def interval_picture(
    title: str, rows: Sequence[IntervalRow], line: float | None = None, line_name: str = ""
) -> list[str]:
    """Return a Markdown image of the rows that have a value; an empty list if there are none.

    `line` is a value that all rows are compared with, drawn as a vertical line.
    """
    drawn = [one for one in rows if one.value is not None and math.isfinite(one.value)][:MOST]
    if not drawn:
        return []
    svg = base64.b64encode(draw_intervals(title, drawn, line, line_name).encode()).decode()
    return ["", f"![{plain(title)}](data:image/svg+xml;base64,{svg})"]


def draw_intervals(title: str, rows: Sequence[IntervalRow], line: float | None = None, line_name: str = "") -> Markup:
    """Return the picture as an `svg` element."""
    height = TOP + ROW * len(rows) + BOTTOM
    across = _scale(rows, line)
    names = {"aria-label": visible(title), "font-family": "sans-serif"}
    return element(
        "svg",
        element("rect", width=WIDTH, height=height, rx=6, fill=PAPER),
        _text(12, 21, title, INK, weight="600"),
        *_grid(across, height),
        *(_line(across, line, line_name, height) if line is not None else ()),
        *(part for number, row in enumerate(rows) for part in _row(row, across, TOP + ROW * (number + 0.5))),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        width=WIDTH,
        role="img",
        **names,
    )


def _scale(rows: Sequence[IntervalRow], line: float | None) -> Scale:
    """Return a scale that covers every finite value with a margin of 6 % at both ends; it need not include zero."""
    known = [value for row in rows for value in (row.value, row.low, row.high, row.mark, line) if value is not None]
    finite = [value for value in known if math.isfinite(value)]
    low, high = min(finite), max(finite)
    room = 0.06 * (high - low) or max(abs(high), 1.0) * 0.1
    return Scale(low - room, high + room, LEFT, WIDTH - RIGHT)


def _grid(across: Scale, height: float) -> Iterator[Markup]:
    for value in across.ticks(TICKS):
        x = across(value)
        yield _stroke(x, TOP, x, height - BOTTOM, RULE, 1)
        yield _text(x, height - 11, f"{value:g}".replace("-", "−"), SOFT, anchor="middle", size=11)


def _line(across: Scale, value: float, name: str, height: float) -> Iterator[Markup]:
    x = across(value)
    yield _stroke(x, TOP - 6, x, height - BOTTOM, INK, 1.4, stroke__dasharray="5 3")
    yield _text(x, TOP - 9, name, INK, anchor="middle", size=11)


def _row(row: IntervalRow, across: Scale, y: float) -> Iterator[Markup]:
    colour, x = COLOURS[row.look], across(row.value or 0.0)
    yield _text(12, y + 4, visible(row.name, NAME_LENGTH), INK)
    if row.low is not None and row.high is not None:
        yield _stroke(across(row.low), y, across(row.high), y, colour, 2)
    if row.mark is not None:
        yield _stroke(across(row.mark), y - 7, across(row.mark), y + 7, INK, 2)
    yield _point(row.look, x, y, colour)
    yield _text(WIDTH - RIGHT + 12, y + 4, visible(row.label, LABEL_LENGTH), colour, size=12)


def _point(look: Look, x: float, y: float, colour: str) -> Markup:
    """Return the point of a row; each look has a different shape, because some readers cannot distinguish colours."""
    if look == "bad":
        return element("path", d=f"M{x:.1f} {y - 6:.1f}l6 11h-12z", fill=colour)
    if look == "warned":
        return element("path", d=f"M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6z", fill=colour)
    return element("circle", cx=x, cy=y, r=4.5, fill=colour)


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str, width: float, **more: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke__width=width, **more)


def _text(
    x: float, y: float, text: str, colour: str, anchor: str = "start", size: int = 13, weight: str = "400"
) -> Markup:
    looks: dict[str, str | int] = {"font__size": size, "font__weight": weight, "text__anchor": anchor, "fill": colour}
    return element("text", visible(text), x=x, y=y, **looks)
