"""Scales and tick values of chart axes.

A scale maps an interval of values to an interval of the picture. Ticks follow the "nice numbers" of P. Heckbert
(Graphics Gems, 1990): multiples of 1, 2, 2.5 or 5 times a power of ten, the smallest step that gives few enough ticks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
# Ticks of a ratio scale, spaced about evenly by logarithm (1, 2, 5): a factor has the same size up and down.
RATIOS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
# The ticks that remain when there is no room for all of RATIOS.
COARSE = {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0}
MONTHS_A_TICK = (1, 2, 3, 6, 12, 24, 60, 120)
DAYS_A_TICK = (1, 2, 7, 14)


@dataclass(frozen=True)
class Scale:
    """A linear map of the values [low, high] to the coordinates [start, end]; logarithmic when `ratio` is set."""

    low: float
    high: float
    start: float
    end: float
    ratio: bool = False

    def __call__(self, value: float) -> float:
        """Return the coordinate of a value; a value outside [low, high] gets the coordinate of the nearer end."""
        low, high, here = (self._turned(one) for one in (self.low, self.high, value))
        share = (here - low) / (high - low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, most: int) -> list[float]:
        """Return round values between low and high, about `most` or fewer."""
        if self.ratio:
            inside = [one for one in RATIOS if self.low <= one <= self.high]
            return inside if len(inside) <= most else [one for one in inside if one in COARSE]
        return round_values(self.low, self.high, most)

    def _turned(self, value: float) -> float:
        return math.log(max(value, 1e-6)) if self.ratio else value


def spanning(values: Sequence[float], start: float, end: float, *, ratio: bool = False) -> Scale:
    """Return a scale that covers all values with a margin at both ends; without values it covers 0 to 1."""
    if ratio:
        turned = [math.log(one) for one in values if one > 0] or [0.0]
        room = max(0.08 * (max(turned) - min(turned)), 0.05)
        return Scale(math.exp(min(turned) - room), math.exp(max(turned) + room), start, end, ratio=True)
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = 0.06 * (high - low) or max(abs(high) * 0.1, 0.01)
    # An axis that would begin just above zero begins at zero: otherwise small differences look large.
    bottom = 0.0 if 0.0 <= low <= 3 * room else low - room
    return Scale(bottom, high + room, start, end)


def round_values(low: float, high: float, most: int) -> list[float]:
    """Return the multiples of one step from low to high; the step is 1, 2, 2.5 or 5 times a power of ten."""
    rough = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in STEPS if one * power >= rough)
    # 1e-9 of a step: rounding must not remove a tick at an end.
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


@dataclass(frozen=True)
class TimeScale:
    """A linear map of the days [first, last] to the coordinates [start, end]."""

    first: date
    last: date
    start: float
    end: float

    def __call__(self, day: date, hours: float = 0.0) -> float:
        """Return the coordinate of a day plus this number of hours."""
        whole = max((self.last - self.first).days, 1)
        share = ((day - self.first).days + hours / 24.0) / whole
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, most: int) -> list[tuple[date, str]]:
        """Return days with their labels: first days of months, or single days when the scale covers fewer than 45."""
        days = (self.last - self.first).days
        if days < 45:
            step = next((one for one in DAYS_A_TICK if days / one <= most), DAYS_A_TICK[-1])
            marks = [self.first + timedelta(days=number) for number in range(0, days + 1, step)]
            return [(one, f"{one.day} {one:%b}") for one in marks]
        months = next((one for one in MONTHS_A_TICK if days / 30.4 / one <= most), MONTHS_A_TICK[-1])
        return [(one, _month(one, number == 0)) for number, one in enumerate(self._firsts(months))]

    def _firsts(self, months: int) -> list[date]:
        found = []
        for number in range(self.first.year * 12, self.last.year * 12 + 12, months):
            day = date(number // 12, number % 12 + 1, 1)
            if self.first <= day <= self.last:
                found.append(day)
        return found


def _month(day: date, with_year: bool) -> str:
    return f"{day:%b %Y}" if with_year or day.month == 1 else f"{day:%b}"
