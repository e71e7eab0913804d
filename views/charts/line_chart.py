"""The content of a line chart, from which both the drawing and the table below it are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Number = Literal["ratio", "share", "plain"]


@dataclass(frozen=True)
class Point:
    """A measured value of one window: its days, value, interval and row count, and the outcome of the plan's rule."""

    first: date
    last: date
    value: float | None
    low: float | None
    high: float | None
    rows: int
    outcome: str = ""
    cannot_say: str = ""

    @property
    def is_page(self) -> bool:
        """Return True if the outcome of this window is `page`."""
        return self.outcome == "page"

    @property
    def is_watch(self) -> bool:
        """Return True if the outcome of this window is `watch`."""
        return self.outcome == "watch"


@dataclass(frozen=True)
class Line:
    """One line of a chart; `look` is the number of its style: colour, dashes and shape of the points."""

    name: str
    look: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Level:
    """A horizontal line of a chart: the expected value of a watch rule, or a margin or severe margin around it."""

    value: float
    kind: Literal["expected", "margin", "severe"]
    name: str


@dataclass(frozen=True)
class FormerLevels:
    """The levels of a former watch rule, and the last day on which they applied."""

    until: date
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class LineChart:
    """Values over time, the levels they are compared with, and the days on which another version became champion.

    `levels` apply to the newest window, `former` to the windows before it, oldest first. `paged` counts all windows
    with outcome `page`, drawn or not.
    """

    key: str
    title: str
    text: str
    lines: tuple[Line, ...]
    levels: tuple[Level, ...] = ()
    former: tuple[FormerLevels, ...] = ()
    paged: int = 0
    handovers: tuple[tuple[date, str], ...] = ()
    number: Number = "plain"
    rule: str = ""
    seasonal: str = ""

    @property
    def points(self) -> list[Point]:
        """Return the points of all lines."""
        return [point for line in self.lines for point in line.points]

    @property
    def page_count(self) -> int:
        """Return the number of drawn windows with outcome `page`."""
        return sum(point.is_page for point in self.points)

    @property
    def watch_count(self) -> int:
        """Return the number of drawn windows with outcome `watch`."""
        return sum(point.is_watch for point in self.points)

    def written(self, value: float | None) -> str:
        """Return a value as text in the number format of this chart; `–` for None."""
        if value is None:
            return "–"
        if self.number == "share":
            return f"{value * 100:.1f} %".replace("-", "−")
        return f"{value:.3f}".replace("-", "−")


def describe_chart(chart: LineChart) -> str:
    """Return a description of the chart for readers who cannot see it."""
    values = [point.value for point in chart.points if point.value is not None]
    if not values:
        return f"{chart.text} No window has a value yet."
    span = f"between {chart.written(min(values))} and {chart.written(max(values))}"
    alarms = (
        f"{chart.page_count} paged, {chart.watch_count} on watch"
        if chart.page_count or chart.watch_count
        else "none paged"
    )
    names = ", ".join(line.name for line in chart.lines)
    return f"{chart.text} {names}: {len(values)} windows, {span}; {alarms}."
