"""Commands about what the watch found."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.row import Frozen
from data.registry.commands.model import AboutModel
from data.registry.commands.review import Keyed


class Found(Frozen):
    """Something the watch found about one thing: becomes an alert, or adds to the open one about the same thing."""

    about: str
    version: str | None
    level: Literal["warning", "page"]
    severe: bool = False
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None


class SeenConsumer(Frozen):
    """A consumer seen in the window's logs."""

    system: str
    rows: int
    last_seen_at: datetime


class RecordMonitoring(AboutModel):
    """One night's watch of one model: digest of the measurements, counts, what was found, consumers seen.

    Re-running the same window with equal measurements is answered with what is there.
    """

    name: ClassVar[str] = "record monitoring"
    plan: str
    from_date: str
    to_date: str
    versions: tuple[str, ...]
    rows: int
    labelled: int
    partitions: tuple[str, ...]
    faults: tuple[str, ...] = ()
    measurements_digest: str
    counts: dict[str, int]
    outcomes: dict[str, str]
    headline: dict[str, float | None] = {}
    found: tuple[Found, ...] = ()
    quiet: tuple[str, ...] = ()
    consumers: tuple[SeenConsumer, ...] = ()


class AnswerAlert(Keyed):
    """Acknowledge, snooze until a time, dismiss as false or confirm an alert."""

    name: ClassVar[str] = "answer alert"
    answer: Literal["acknowledge", "snooze", "dismiss", "confirm"]
    reason: str = Field(default="", max_length=4_000)
    until: datetime | None = None
