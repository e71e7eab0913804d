"""Template filters that write days, times, numbers, digests and counts, and make hidden characters visible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from markupsafe import Markup

from data.queries.lookup import reference
from data.text.counted import counted
from data.text.untrusted_text import safe

TAIL = 12


def inert(value: object) -> object:
    """Return text with every character that hides or reorders other text shown as its code; `Markup` is unchanged."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return "–" if value is None else value
    return safe(value)


def day(moment: datetime | None) -> Markup:
    """Return the day in UTC, such as `2013-04-22`, kept on one line; a dash for None."""
    written = f"{moment.astimezone(UTC):%Y-%m-%d}" if moment is not None else "–"
    return Markup('<span class="day">{}</span>').format(written)


def moment(value: datetime | None) -> Markup:
    """Return the time in UTC, such as `2013-04-22 14:05 UTC`, kept on one line; a dash for None."""
    written = f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if value is not None else "–"
    return Markup('<span class="day">{}</span>').format(written)


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with `digits` decimals, a whole number of 10 or more without decimals, a dash for None."""
    if value is None:
        return "–"
    written = f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 10 else f"{value:.{digits}f}"
    return written.replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    """Return an interval such as `[0.66, 0.73]`; an empty text if an end is None."""
    return f"[{number(low)}, {number(high)}]" if low is not None and high is not None else ""


def tail(digest: str | None) -> str:
    """Return the last twelve digits of a digest after `…`, enough for a person to compare; a dash for None."""
    return "…" + digest[-TAIL:] if digest else "–"


FILTERS: Mapping[str, Callable[..., str]] = {
    "day": day, "moment": moment, "number": number, "tail": tail, "counted": counted, "reference": reference,
}  # fmt: skip
