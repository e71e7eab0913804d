"""How the page writes values: days, moments, numbers, digests, and text of others, in which nothing stays unseen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from markupsafe import Markup

from data.queries.lookup import reference
from data.text.untrusted_text import safe

TAIL = 12


def inert(value: object) -> object:
    """Text with every character that hides or turns other text written as its code; markup of our own as it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return "–" if value is None else value
    return safe(value)


def day(moment: datetime | None) -> Markup:
    """`2013-04-22` kept on one line, or a dash."""
    written = f"{moment.astimezone(UTC):%Y-%m-%d}" if moment is not None else "–"
    return Markup('<span class="day">{}</span>').format(written)


def moment(value: datetime | None) -> Markup:
    """`2013-04-22 14:05 UTC` kept on one line, or a dash."""
    written = f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if value is not None else "–"
    return Markup('<span class="day">{}</span>').format(written)


def number(value: float | None, digits: int = 3) -> str:
    """Three digits after the point and a real minus; a dash for what is not known."""
    if value is None:
        return "–"
    written = f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 10 else f"{value:.{digits}f}"
    return written.replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    """`[0.66, 0.73]`, or nothing."""
    return f"[{number(low)}, {number(high)}]" if low is not None and high is not None else ""


def tail(digest: str | None) -> str:
    """The last twelve digits of a digest, as a person compares them."""
    return "…" + digest[-TAIL:] if digest else "–"


def counted(count: int, singular: str, many: str = "") -> str:
    """`1 alert`, `2 alerts`."""
    return f"{count:,} {singular if count == 1 else many or singular + 's'}"


FILTERS: Mapping[str, Callable[..., str]] = {
    "day": day, "moment": moment, "number": number, "tail": tail, "counted": counted, "reference": reference,
}  # fmt: skip
