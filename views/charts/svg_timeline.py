"""Draw a model's timeline: a row for each version, then rows for alerts, incidents and waivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from markupsafe import Markup

from views.charts.axis import TimeScale
from views.charts.svg_element import element, group, picture

GLYPHS = {
    "registered": "M0-3a3 3 0 1 0 .01 0",
    "validated": "M0-4L4 0 0 4-4 0z",
    "approved": "M-4 0l3 3.4L4-3.4",
    "deployed": "M-2.5-4L4 0l-6.5 4z",
    "rejected": "M-3.2-3.2l6.4 6.4m0-6.4l-6.4 6.4",
    "rolled_back": "M4.5 0h-9m3.4-3.4L-4.5 0l3.4 3.4",
    "suspended": "M-2-3.6v7.2M2-3.6v7.2",
    "revoked": "M-4 0h8",
    "expired": "M-4 0h8",
    "ended": "M-3-3h6v6h-6z",
    "retiring": "M-4-2.5h8L0 3.5z",
    "sunset": "M-4 2a4 4 0 0 1 8 0z",
    "retired": "M-3.2-3.2h6.4v6.4h-6.4z",
}
"""The SVG path of each kind of step that a timeline shows, within ±5 units."""

WORDS = {
    "registered": "registered", "validated": "validated", "approved": "approved", "rejected": "rejected",
    "deployed": "deployed", "rolled_back": "rolled back", "suspended": "suspended", "revoked": "approval revoked",
    "expired": "expired", "ended": "stopped serving", "retiring": "retirement opened", "sunset": "sunset",
    "retired": "withdrawn",
}  # fmt: skip
AGAINST = {"rejected", "rolled_back", "suspended", "revoked", "expired"}
ROW, TOP, BOTTOM = 52.0, 12.0, 30.0


@dataclass(frozen=True)
class Mark:
    """A step at a moment, with its tooltip."""

    at: datetime
    kind: str
    tooltip: str


@dataclass(frozen=True)
class Bar:
    """A period of serving, of an incident or of a waiver; `to_at` is None while it lasts."""

    from_at: datetime
    to_at: datetime | None
    kind: Literal["champion", "challenger", "shadow", "incident", "waiver"]
    name: str
    tooltip: str


@dataclass(frozen=True)
class Track:
    """One row: a version, or everything of one kind about the model.

    `subtitle` is the second line of its label; `lifespan` is drawn as a thin line, with None for an end in the future.
    """

    name: str
    subtitle: str
    marks: tuple[Mark, ...] = ()
    bars: tuple[Bar, ...] = ()
    lifespan: tuple[datetime, datetime | None] | None = None


@dataclass(frozen=True)
class Timeline:
    """The rows of a timeline, and the first and last moment that it shows."""

    key: str
    title: str
    text: str
    first: datetime
    last: datetime
    tracks: tuple[Track, ...]


def draw_timeline(timeline: Timeline, width: float = 960.0, suffix: str = "") -> Markup:
    """Return the timeline drawn in this width; its height follows from the number of rows."""
    height = TOP + ROW * len(timeline.tracks) + BOTTOM
    left = 104.0 if width > 500 else 62.0
    first, last = timeline.first.date() - timedelta(days=4), timeline.last.date() + timedelta(days=6)
    across = TimeScale(first, last, left, width - 14.0)
    layers = [
        *_months(across, width, height),
        *(
            part
            for row, track in enumerate(timeline.tracks)
            for part in _track(track, TOP + ROW * row, across, timeline)
        ),
    ]
    return picture(timeline.key + suffix, timeline.title, timeline.text, width, height, *layers)


def draw_glyph(kind: str) -> Markup:
    """Return the symbol of one kind of step, for the legend and the list of steps."""
    drawn = _alert(kind, 8.0, 13.0) if kind in {"page", "warning"} else _glyph(kind, 8.0, 8.0)
    hidden = {"aria-hidden": "true"}
    return element("svg", drawn, class_="glyph", viewBox="0 0 16 16", width=16, height=16, **hidden)


def _months(across: TimeScale, width: float, height: float) -> Iterator[Markup]:
    bottom = height - BOTTOM + 4
    for day, text in across.ticks(int(width / 75)):
        x = across(day)
        yield element("line", class_="grid", x1=x, x2=x, y1=4, y2=bottom)
        yield element("text", text, class_="tick middle", x=min(x, width - 3.2 * len(text)), y=bottom + 15)


def _track(track: Track, y: float, across: TimeScale, timeline: Timeline) -> Iterator[Markup]:
    yield element("text", track.name, class_="track", x=4, y=y + 20)
    yield element("text", track.subtitle, class_="tick", x=4, y=y + 36)
    if track.lifespan is not None:
        begins, ends = track.lifespan
        until = _place(across, ends or timeline.last)
        yield element("line", class_="alive", x1=_place(across, begins), x2=until, y1=y + 38, y2=y + 38)
    for lane, bar in _lanes(track.bars):
        yield _bar(bar, y + (31 if track.lifespan is not None else 8 + 10 * lane), across, timeline)
    yield from _marks(track.marks, y + 15, across)


def _lanes(bars: Iterable[Bar]) -> Iterator[tuple[int, Bar]]:
    """Yield each bar with its lane, 0 to 3; bars that overlap in time get different lanes as far as four suffice."""
    free: list[datetime] = []
    for bar in sorted(bars, key=lambda one: one.from_at):
        lane = next((number for number, since in enumerate(free) if since <= bar.from_at), len(free))
        free[lane : lane + 1] = [bar.to_at or datetime.max.replace(tzinfo=UTC)]
        yield lane % 4, bar


def _bar(bar: Bar, y: float, across: TimeScale, timeline: Timeline) -> Markup:
    start, end = _place(across, bar.from_at), _place(across, bar.to_at or timeline.last)
    serving = bar.kind in {"champion", "challenger", "shadow"}
    size = max(end - start, 2.5)
    parts = [
        element("title", bar.tooltip),
        element("rect", x=start, y=y, width=size, height=14 if serving else 7, rx=2),
    ]
    if size > 7.0 * len(bar.name) + 10 and serving:
        parts.append(element("text", bar.name, class_="inbar", x=start + 6, y=y + 11))
    if bar.to_at is None and serving:
        parts.append(element("path", class_="goeson", d=f"M{end:.1f} {y:.1f}l7 7-7 7z"))
    return group(parts, class_=f"bar {bar.kind}")


def _marks(marks: Sequence[Mark], y: float, across: TimeScale) -> Iterator[Markup]:
    """Yield the marks; marks that are close in time are drawn side by side, in their order."""
    ordered = sorted(marks, key=lambda one: one.at)
    for mark, x in zip(ordered, _spread(ordered, across), strict=True):
        alert = mark.kind in {"page", "warning"}
        drawn = _alert(mark.kind, x, y + 12) if alert else _glyph(mark.kind, x, y)
        yield group([element("title", f"{mark.at:%Y-%m-%d}: {mark.tooltip}"), drawn])


def _spread(marks: Sequence[Mark], across: TimeScale) -> list[float]:
    """Return the x coordinate of each mark: at its time, but beside its neighbours and inside the drawing.

    If the marks need more than the whole width, they are drawn closer together.
    """
    widths = [9.0 if one.kind in {"page", "warning"} else 16.0 for one in marks]
    limit = across.end + 6.0
    share = min(1.0, (limit - across.start) / max(sum(widths[1:]), 1.0))
    rooms = [one * share for one in widths]
    places: list[float] = []
    for mark, room in zip(marks, rooms, strict=True):
        places.append(max([_place(across, mark.at), *(one + room for one in places[-1:])]))
    for number in reversed(range(len(places))):
        places[number] = min(places[number], limit)
        limit = places[number] - rooms[number]
    return places


def _glyph(kind: str, x: float, y: float) -> Markup:
    tone = "against" if kind in AGAINST else "step"
    way = GLYPHS.get(kind, GLYPHS["registered"])
    circle = element("circle", r=7)
    return group(
        [circle, element("path", d=way)], class_=f"mark {tone} {kind}", transform=f"translate({x:.1f} {y:.1f})"
    )


def _alert(kind: str, x: float, y: float) -> Markup:
    size = 10.5 if kind == "page" else 8.5
    way = f"M{x:.1f} {y - size:.1f}l{size * 0.55:.1f} {size:.1f}h{-size * 1.1:.1f}z"
    return element("path", class_="page" if kind == "page" else "watch", d=way)


def _place(across: TimeScale, moment: datetime) -> float:
    utc = moment.astimezone(UTC)
    return across(date(utc.year, utc.month, utc.day), utc.hour + utc.minute / 60)
