"""Draw a line chart: values over time with their intervals, the margins, and the windows with an alert."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from views.charts.axis import Scale, TimeScale, spanning
from views.charts.line_chart import Level, Line, LineChart, Point, describe_chart
from views.charts.svg_element import element, group, picture

SHAPES = ("circle", "square", "diamond", "cross", "bar", "ring")


@dataclass(frozen=True)
class Canvas:
    """The size of a drawing and its margins, in SVG units; a `small` one has fewer ticks and no names of levels."""

    width: float
    height: float
    left: float = 44.0
    right: float = 12.0
    top: float = 22.0
    bottom: float = 24.0
    small: bool = False


WIDE = Canvas(960, 300, right=88.0)
NARROW = Canvas(380, 250, small=True)
SMALL = Canvas(340, 170, small=True)
LINE_HEIGHT = 13.0


def draw_line(chart: LineChart, canvas: Canvas = WIDE, suffix: str = "") -> Markup:
    """Return the chart drawn on this canvas; `suffix` makes the element ids of two drawings of a chart different."""
    across, up = _scales(chart, canvas)
    layers = [
        *_margins(chart, canvas, across, up),
        *_grid(chart, canvas, across, up),
        *_handovers(chart, canvas, across),
        *(_line(line, across, up) for line in chart.lines),
        *_alarms(chart, canvas, across, up),
    ]
    key = f"{chart.key}{suffix}"
    return picture(key, chart.title, describe_chart(chart), canvas.width, canvas.height, *layers)


def _scales(chart: LineChart, canvas: Canvas) -> tuple[TimeScale, Scale]:
    days = [point.last for point in chart.points] + [day for day, _ in chart.handovers]
    first, last = (min(days), max(days)) if days else (date(2000, 1, 1), date(2000, 1, 2))
    across = TimeScale(first - timedelta(days=3), last + timedelta(days=3), canvas.left, canvas.width - canvas.right)
    values = [point.value for point in chart.points if point.value is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = max(high - low, 0.02)
    ends = [one for point in chart.points for one in (point.low, point.high) if one is not None]
    drawn = [*values, *(min(max(one, low - room), high + room) for one in ends)]
    levels = [*chart.levels, *(level for one in chart.former for level in one.levels)]
    required = [level.value for level in levels if level.value > 0 or chart.number != "ratio"]
    if chart.number == "share":
        required += [max(low - 0.01, 0.0), min(high + 0.01, 1.0)]
    ratio = chart.number == "ratio"
    if ratio:
        drawn = [one for one in drawn if one > 0]
    return across, spanning([*drawn, *required], canvas.height - canvas.bottom, canvas.top, ratio=ratio)


def _grid(chart: LineChart, canvas: Canvas, across: TimeScale, up: Scale) -> Iterator[Markup]:
    right, bottom = canvas.width - canvas.right, canvas.height - canvas.bottom
    for value in up.ticks(4 if canvas.small else 7):
        y = up(value)
        yield element("line", class_="grid", x1=canvas.left, x2=right, y1=y, y2=y)
        yield element("text", _tick(chart, value), class_="tick end", x=canvas.left - 6, y=y + 4)
    for day, text in across.ticks(int(canvas.width / 75)):
        x = across(day)
        yield element("line", class_="grid", x1=x, x2=x, y1=bottom, y2=bottom + 4)
        half = 3.2 * len(text)
        inside = min(max(x, half), canvas.width - half)
        yield element("text", text, class_="tick middle", x=inside, y=bottom + 17)
    yield element("line", class_="axis", x1=canvas.left, x2=right, y1=bottom, y2=bottom)


def _tick(chart: LineChart, value: float) -> str:
    return (f"{value * 100:g}%" if chart.number == "share" else f"{value:g}").replace("-", "−")


def _margins(chart: LineChart, canvas: Canvas, across: TimeScale, up: Scale) -> Iterator[Markup]:
    """Yield the levels that the windows were compared with, each over the days on which it applied."""
    left, right = canvas.left, canvas.width - canvas.right
    for former in chart.former:
        until = across(former.until)
        yield from _stretch(former.levels, left, until, up)
        left = until
    yield from _stretch(chart.levels, left, right, up)
    if not canvas.small:
        yield from _named(chart, right + 6, up)


def _stretch(levels: Sequence[Level], left: float, right: float, up: Scale) -> Iterator[Markup]:
    inside = [level.value for level in levels if level.kind in {"expected", "margin"}]
    if len(inside) > 1:
        top, bottom = up(max(inside)), up(min(inside))
        yield element("rect", class_="within", x=left, y=top, width=right - left, height=max(bottom - top, 1.0))
    for level in levels:
        y = up(level.value)
        yield element("line", class_=f"level {level.kind}", x1=left, x2=right, y1=y, y2=y)


def _named(chart: LineChart, x: float, up: Scale) -> Iterator[Markup]:
    """Yield the names of the levels beside their lines, moved down where two names would overlap."""
    free = 0.0
    for level in sorted(chart.levels, key=lambda one: -one.value):
        if level.name:
            free = max(up(level.value) + 4, free)
            yield element("text", level.name, class_="tick", x=x, y=free)
            free += LINE_HEIGHT


def _handovers(chart: LineChart, canvas: Canvas, across: TimeScale) -> Iterator[Markup]:
    beyond = -100.0
    for day, name in chart.handovers:
        x = across(day)
        yield element("line", class_="handover", x1=x, x2=x, y1=canvas.top - 6, y2=canvas.height - canvas.bottom)
        yield element("text", name, class_="tick", x=max(x, beyond) + 3, y=canvas.top - 8)
        beyond = max(x, beyond) + 20


def _line(line: Line, across: TimeScale, up: Scale) -> Markup:
    pieces = list(_pieces(line.points))
    drawn = [*(_interval(piece, across, up) for piece in pieces), *(_path(piece, across, up) for piece in pieces)]
    points = [
        _shape(SHAPES[line.look % 6], across(one.last), up(one.value)) for one in line.points if one.value is not None
    ]
    return group([*drawn, *points], class_=f"look{line.look % 6}")


def _pieces(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Yield the sequences of points that are joined by a line; where windows are missing, the line is interrupted.

    A gap is an interval of unmeasured days that is 1.6 times longer than the median distance between two windows.
    """
    known = [point for point in points if point.value is not None]
    gaps = [(b.last - a.last).days for a, b in itertools.pairwise(known)]
    longest = 1.6 * statistics.median_high([gap for gap in gaps if gap] or [1])
    piece: list[Point] = []
    for point in known:
        if piece and (point.last - piece[-1].last).days > longest and point.first > piece[-1].last + timedelta(days=1):
            yield piece
            piece = []
        piece.append(point)
    if piece:
        yield piece


def _path(piece: Sequence[Point], across: TimeScale, up: Scale) -> Markup:
    places = " ".join(f"{across(one.last):.1f},{up(one.value or 0.0):.1f}" for one in piece)
    return element("polyline", class_="line", points=places)


def _interval(piece: Sequence[Point], across: TimeScale, up: Scale) -> Markup:
    bounded = [(one.last, one.low, one.high) for one in piece if one.low is not None and one.high is not None]
    if len(bounded) == 1:
        day, low, high = bounded[0]
        x = across(day)
        return element("line", class_="whisker", x1=x, x2=x, y1=up(low), y2=up(high))
    above = [f"{across(day):.1f},{up(high):.1f}" for day, _, high in bounded]
    below = [f"{across(day):.1f},{up(low):.1f}" for day, low, _ in reversed(bounded)]
    return element("polygon", class_="interval", points=" ".join(above + below)) if bounded else Markup("")


def _shape(shape: str, x: float, y: float) -> Markup:
    if shape == "square":
        return element("rect", class_="dot", x=x - 2.5, y=y - 2.5, width=5, height=5)
    if shape in {"diamond", "cross", "bar"}:
        ways = {
            "diamond": f"M{x:.1f} {y - 3.6:.1f}l3.6 3.6-3.6 3.6-3.6-3.6z",
            "cross": f"M{x - 3:.1f} {y - 3:.1f}l6 6m0-6l-6 6",
            "bar": f"M{x:.1f} {y - 4:.1f}v8",
        }
        return element("path", class_="dot stroked" if shape != "diamond" else "dot", d=ways[shape])
    return element("circle", class_="dot" if shape == "circle" else "dot hollow", cx=x, cy=y, r=2.6)


def _alarms(chart: LineChart, canvas: Canvas, across: TimeScale, up: Scale) -> Iterator[Markup]:
    for line in chart.lines:
        for point in line.points:
            if point.value is None:
                yield _cannot_say(point, across(point.last), canvas)
            elif point.is_page or point.is_watch:
                yield _alarm(chart, line, point, across(point.last), up(point.value))


def _alarm(chart: LineChart, line: Line, point: Point, x: float, y: float) -> Markup:
    word = "paged" if point.is_page else "on watch"
    hint = element("title", f"{point.last}, {line.name}: {chart.written(point.value)}, {word}")
    way = f"M{x:.1f} {y - 15:.1f}l5.5 9.5h-11z"
    return group([hint, element("path", d=way)], class_="page" if point.is_page else "watch")


def _cannot_say(point: Point, x: float, canvas: Canvas) -> Markup:
    hint = element("title", f"{point.last}: cannot say, {point.cannot_say}")
    return group([hint, element("text", "?", x=x, y=canvas.height - canvas.bottom - 4, class_="tick middle")])
