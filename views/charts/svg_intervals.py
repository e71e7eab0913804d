"""Figures with their intervals, one a row on a common axis, as a small picture that a run's page can show by itself.

The picture is SVG inside the address of a Markdown image: nothing is fetched, nothing runs, and it needs no library.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from data.text.markdown_text import plain
from data.text.untrusted_text import visible

WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM = 760.0, 230.0, 150.0, 50.0, 24.0, 30.0
INK, SOFT, LINE = "#1f2933", "#5b6770", "#c9d1d9"
COLOURS = {"plain": "#0067b0", "warned": "#a35200", "bad": "#b3261e"}
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
NAME_LENGTH, MOST = 34, 60

Look = Literal["plain", "warned", "bad"]


@dataclass(frozen=True)
class IntervalRow:
    """One figure: its name, value with interval, what is said of it, and a mark that it is held against."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    said: str = ""
    look: Look = "plain"
    mark: float | None = None


def interval_picture(
    title: str, rows: Sequence[IntervalRow], line: float | None = None, line_name: str = ""
) -> list[str]:
    """A Markdown image of the rows that have a value, on `line` what they are held against; nothing for none."""
    drawn = [one for one in rows if one.value is not None and math.isfinite(one.value)][:MOST]
    if not drawn:
        return []
    svg = base64.b64encode(draw_intervals(title, drawn, line, line_name).encode()).decode()
    return ["", f"![{plain(title)}](data:image/svg+xml;base64,{svg})"]


def draw_intervals(title: str, rows: Sequence[IntervalRow], line: float | None = None, line_name: str = "") -> str:
    """The SVG itself."""
    height = TOP + ROW * len(rows) + BOTTOM
    low, high = _ends(rows, line)
    place = _Axis(low, high)
    parts = [
        f'<rect width="{WIDTH:g}" height="{height:g}" rx="6" fill="#ffffff"/>',
        _text(12, 21, title, INK, weight="600"),
        *_grid(place, height),
        *(_line(place, line, line_name, height) if line is not None else ()),
        *(part for number, one in enumerate(rows) for part in _row(one, place, TOP + ROW * (number + 0.5))),
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" width="{WIDTH:g}"'
    return f'{head} role="img" aria-label={quoteattr(visible(title))} font-family="sans-serif">{"".join(parts)}</svg>'


@dataclass(frozen=True)
class _Axis:
    """Where a value lies across the paper."""

    low: float
    high: float

    def __call__(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def ticks(self) -> list[float]:
        """Round values, five or so."""
        wanted = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(wanted))
        step = power * next(one for one in STEPS if one * power >= wanted)
        return [step * number for number in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


def _ends(rows: Sequence[IntervalRow], line: float | None) -> tuple[float, float]:
    known = [one for row in rows for one in (row.value, row.low, row.high, row.mark) if one is not None]
    finite = [one for one in [*known, *([line] if line is not None else [])] if math.isfinite(one)]
    low, high = min(finite), max(finite)
    room = 0.06 * (high - low) or max(abs(high), 1.0) * 0.1
    return low - room, high + room


def _grid(place: _Axis, height: float) -> Iterator[str]:
    for value in place.ticks():
        x = place(value)
        yield _stroke(x, TOP, x, height - BOTTOM, LINE, 1)
        yield _text(x, height - 11, f"{value:g}".replace("-", "−"), SOFT, anchor="middle", size=11)


def _line(place: _Axis, value: float, name: str, height: float) -> Iterator[str]:
    x = place(value)
    yield _stroke(x, TOP - 6, x, height - BOTTOM, INK, 1.4, dashes="5 3")
    yield _text(x, TOP - 9, name, INK, anchor="middle", size=11)


def _row(one: IntervalRow, place: _Axis, y: float) -> Iterator[str]:
    colour, x = COLOURS[one.look], place(one.value or 0.0)
    yield _text(12, y + 4, visible(one.name, NAME_LENGTH), INK)
    if one.low is not None and one.high is not None:
        yield _stroke(place(one.low), y, place(one.high), y, colour, 2)
    if one.mark is not None:
        yield _stroke(place(one.mark), y - 7, place(one.mark), y + 7, INK, 2)
    yield _point(one.look, x, y, colour)
    yield _text(WIDTH - RIGHT + 12, y + 4, visible(one.said, 24), colour, size=12)


def _point(look: Look, x: float, y: float, colour: str) -> str:
    """A shape of its own for each look: colour alone says nothing to some."""
    if look == "bad":
        return f'<path d="M{x:.1f} {y - 6:.1f}l6 11h-12z" fill="{colour}"/>'
    if look == "warned":
        return f'<path d="M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6z" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    place = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {place} stroke="{colour}" stroke-width="{width:g}"{dashed}/>'


def _text(
    x: float, y: float, text: str, colour: str, anchor: str = "start", size: int = 13, weight: str = "400"
) -> str:
    told = f'font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {told}>{escape(visible(text))}</text>'
