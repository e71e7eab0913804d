"""Records of monitoring: runs, alerts, incidents."""

from __future__ import annotations

from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.row import Frozen, Row

REGISTRY = "registry"
"""The key that stands in place of a model's for an incident that concerns no single model."""
DIFFERENCES = ("serving", "files")
"""The kinds of incidents that a file which differs from the record opens."""


class MonitoringRun(Row):
    """The monitoring of one model in one night: the window, the digest of the measurements, and the outcomes."""

    table: ClassVar[str] = "monitoring_run"
    model: str
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
    ran_at: Instant
    run_id: str


class Alert(Row):
    """A deviation that a person should examine; a repeated deviation of the same subject (`about`) is the same
    alert."""

    table: ClassVar[str] = "alert"
    model: str
    version: str | None
    number: int
    about: str
    level: Literal["warning", "page"]
    severe: bool = False
    text: str
    first_window: str
    last_window: str
    times: int = 1
    value: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    route: str = ""
    runbook: str = ""
    state: Literal["open", "acknowledged", "snoozed", "dismissed", "confirmed", "ended"] = "open"
    changed_by: str | None = None
    reason: str = ""
    snoozed_until: Instant | None = None
    opened_at: Instant
    changed_at: Instant


class Incident(Row):
    """A cause for action, resolved by a person; opened by an alert of level page, a rollback, a suspension, a release,
    or a file that differs from the record (kind `serving` or `files`). `model` is `registry` for a file of no model."""

    table: ClassVar[str] = "incident"
    model: str
    version: str | None
    number: int
    kind: Literal["monitoring", "rollback", "suspension", "deployment", "emergency", "serving", "files"]
    title: str
    alerts: tuple[str, ...] = ()
    blocking: bool = True
    deployment: str | None = None
    state: Literal["open", "acknowledged", "escalated", "resolved"] = "open"
    opened_at: Instant
    opened_by: str
    resolved_at: Instant | None = None
    resolved_by: str | None = None
    resolution: str = ""

    @property
    def is_difference(self) -> bool:
        """True if a file that differs from the record opened the incident."""
        return self.kind in DIFFERENCES

    @property
    def needs_code(self) -> bool:
        """True if it can only be resolved with a one-time code."""
        return self.blocking or self.is_difference


class NightOutcome(Frozen):
    """The outcome of one model in a monitoring run.

    `run` is the key of the recorded run; `why` is the reason if nothing was recorded. `pages` and `warnings` are the
    keys of the alerts that this window opened or extended.
    """

    model: str
    state: Literal["recorded", "not watched", "failed"]
    run: str = ""
    why: str = ""
    rows: int = 0
    faults: int = 0
    counts: dict[str, int] = {}
    pages: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
