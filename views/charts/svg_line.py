"""A line over time with its interval, its margins and the windows that paged."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from views.charts.axis import Scale, TimeScale, spanning
from views.charts.line_chart import Level, Line, LineChart, Point, in_words
from views.charts.svg_element import element, group, picture

SHAPES = ("circle", "square", "diamond", "cross", "bar", "ring")


@dataclass(frozen=True)
class Paper:
    """How large a chart is drawn; `small` charts leave out what only crowds them."""

    width: float
    height: float
    left: float = 44.0
    right: float = 12.0
    top: float = 22.0
    bottom: float = 24.0
    small: bool = False


WIDE = Paper(960, 300, right=88.0)
NARROW = Paper(380, 250, small=True)
SMALL = Paper(340, 170, small=True)
LINE_HEIGHT = 13.0


def draw_line(chart: LineChart, paper: Paper = WIDE, suffix: str = "") -> Markup:
    """The chart on a paper of that size; `suffix` makes the ids of two drawings of one chart different."""
    across, up = _scales(chart, paper)
    layers = [
        *_margins(chart, paper, across, up),
        *_grid(chart, paper, across, up),
        *_handovers(chart, paper, across),
        *(_line(line, across, up) for line in chart.lines),
        *_alarms(chart, paper, across, up),
    ]
    key = f"{chart.key}{suffix}"
    return picture(key, chart.title, in_words(chart), paper.width, paper.height, *layers)


def _scales(chart: LineChart, paper: Paper) -> tuple[TimeScale, Scale]:
    days = [point.last for point in chart.points] + [day for day, _ in chart.handovers]
    first, last = (min(days), max(days)) if days else (date(2000, 1, 1), date(2000, 1, 2))
    across = TimeScale(first - timedelta(days=3), last + timedelta(days=3), paper.left, paper.width - paper.right)
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
    return across, spanning([*drawn, *required], paper.height - paper.bottom, paper.top, ratio=ratio)


def _grid(chart: LineChart, paper: Paper, across: TimeScale, up: Scale) -> Iterator[Markup]:
    right, bottom = paper.width - paper.right, paper.height - paper.bottom
    for value in up.ticks(4 if paper.small else 7):
        y = up(value)
        yield element("line", class_="grid", x1=paper.left, x2=right, y1=y, y2=y)
        yield element("text", _tick(chart, value), class_="tick end", x=paper.left - 6, y=y + 4)
    for day, text in across.ticks(int(paper.width / 75)):
        x = across(day)
        yield element("line", class_="grid", x1=x, x2=x, y1=bottom, y2=bottom + 4)
        half = 3.2 * len(text)
        inside = min(max(x, half), paper.width - half)
        yield element("text", text, class_="tick middle", x=inside, y=bottom + 17)
    yield element("line", class_="axis", x1=paper.left, x2=right, y1=bottom, y2=bottom)


def _tick(chart: LineChart, value: float) -> str:
    return (f"{value * 100:g}%" if chart.number == "share" else f"{value:g}").replace("-", "−")


def _margins(chart: LineChart, paper: Paper, across: TimeScale, up: Scale) -> Iterator[Markup]:
    """The levels that windows were held against, each over the stretch of time in which they were."""
    left, right = paper.left, paper.width - paper.right
    for former in chart.former:
        until = across(former.until)
        yield from _stretch(former.levels, left, until, up)
        left = until
    yield from _stretch(chart.levels, left, right, up)
    if not paper.small:
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
    """The levels' names beside them, from above, each below the one before."""
    free = 0.0
    for level in sorted(chart.levels, key=lambda one: -one.value):
        if level.name:
            free = max(up(level.value) + 4, free)
            yield element("text", level.name, class_="tick", x=x, y=free)
            free += LINE_HEIGHT


def _handovers(chart: LineChart, paper: Paper, across: TimeScale) -> Iterator[Markup]:
    beyond = -100.0
    for day, name in chart.handovers:
        x = across(day)
        yield element("line", class_="handover", x1=x, x2=x, y1=paper.top - 6, y2=paper.height - paper.bottom)
        yield element("text", name, class_="tick", x=max(x, beyond) + 3, y=paper.top - 8)
        beyond = max(x, beyond) + 20


def _line(line: Line, across: TimeScale, up: Scale) -> Markup:
    pieces = list(_pieces(line.points))
    drawn = [*(_interval(piece, across, up) for piece in pieces), *(_path(piece, across, up) for piece in pieces)]
    points = [
        _shape(SHAPES[line.look % 6], across(one.last), up(one.value)) for one in line.points if one.value is not None
    ]
    return group([*drawn, *points], class_=f"look{line.look % 6}")


def _pieces(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Runs of points without a gap: where windows are missing, no line is drawn across. Days that no window measured
    make a gap, where it is wider than between most windows."""
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


def _alarms(chart: LineChart, paper: Paper, across: TimeScale, up: Scale) -> Iterator[Markup]:
    for line in chart.lines:
        for point in line.points:
            if point.value is None:
                yield _unsaid(point, across(point.last), paper)
            elif point.pages or point.warns:
                yield _alarm(chart, line, point, across(point.last), up(point.value))


def _alarm(chart: LineChart, line: Line, point: Point, x: float, y: float) -> Markup:
    word = "paged" if point.pages else "on watch"
    hint = element("title", f"{point.last}, {line.name}: {chart.written(point.value)}, {word}")
    way = f"M{x:.1f} {y - 15:.1f}l5.5 9.5h-11z"
    return group([hint, element("path", d=way)], class_="page" if point.pages else "watch")


def _unsaid(point: Point, x: float, paper: Paper) -> Markup:
    hint = element("title", f"{point.last}: cannot say, {point.unsaid}")
    return group([hint, element("text", "?", x=x, y=paper.height - paper.bottom - 4, class_="tick middle")])
