"""The content of a line chart: the drawing and the table beside it are both made from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Number = Literal["ratio", "share", "plain"]


@dataclass(frozen=True)
class Point:
    """A figure of one window: its days, the value with its interval, and what the plan's rule made of it."""

    first: date
    last: date
    value: float | None
    low: float | None
    high: float | None
    rows: int
    outcome: str = ""
    unsaid: str = ""

    @property
    def pages(self) -> bool:
        """Whether it paged somebody."""
        return self.outcome == "page"

    @property
    def warns(self) -> bool:
        """Whether it was put on watch."""
        return self.outcome == "watch"


@dataclass(frozen=True)
class Line:
    """Points of one name; `look` chooses colour, dashes and the shape of its points together."""

    name: str
    look: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Level:
    """A value that matters: what is expected, the margin around it, the severe margin."""

    value: float
    kind: Literal["expected", "margin", "severe"]
    name: str


@dataclass(frozen=True)
class FormerLevels:
    """The levels that windows were held against before, and the day up to which these count."""

    until: date
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class LineChart:
    """Figures over time, with the levels they are held against and when another version took over.

    `levels` are those of the newest window, `former` those before it, oldest first. `paged` counts the windows that
    paged, whether they are drawn or not.
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
        """All points of all lines."""
        return [point for line in self.lines for point in line.points]

    @property
    def pages(self) -> int:
        """How many windows paged."""
        return sum(point.pages for point in self.points)

    @property
    def warnings(self) -> int:
        """How many windows were put on watch."""
        return sum(point.warns for point in self.points)

    def written(self, value: float | None) -> str:
        """A value as this chart writes it."""
        if value is None:
            return "–"
        if self.number == "share":
            return f"{value * 100:.1f} %".replace("-", "−")
        return f"{value:.3f}".replace("-", "−")


def in_words(chart: LineChart) -> str:
    """The drawing in a sentence, for readers who cannot see it."""
    values = [point.value for point in chart.points if point.value is not None]
    if not values:
        return f"{chart.text} No window has a value yet."
    span = f"between {chart.written(min(values))} and {chart.written(max(values))}"
    alarms = f"{chart.pages} paged, {chart.warnings} on watch" if chart.pages or chart.warnings else "none paged"
    names = ", ".join(line.name for line in chart.lines)
    return f"{chart.text} {names}: {len(values)} windows, {span}; {alarms}."
