"""Commands about the results of a monitoring run and the answers to alerts."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.row import Frozen
from data.registry.commands.model import AboutModel
from data.registry.commands.review import Keyed


class Deviation(Frozen):
    """A deviation that monitoring found; it opens an alert, or updates the open alert about the same thing."""

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
    """A consumer observed in the prediction logs of the window."""

    system: str
    rows: int
    last_seen_at: datetime


class RecordMonitoring(AboutModel):
    """Record the monitoring run of one model over one window: measurements, deviations found, consumers observed.

    `quiet` lists the things that show no deviation any more; their alerts end. If the window is recorded with equal
    measurements already, nothing changes and the receipt is that of the earlier record.
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
    found: tuple[Deviation, ...] = ()
    quiet: tuple[str, ...] = ()
    consumers: tuple[SeenConsumer, ...] = ()


class AnswerAlert(Keyed):
    """Answer an alert: acknowledge it, snooze it until a time, dismiss it as false, or confirm it."""

    name: ClassVar[str] = "answer alert"
    answer: Literal["acknowledge", "snooze", "dismiss", "confirm"]
    reason: str = Field(default="", max_length=4_000)
    until: datetime | None = None
