"""The retirement of a version, and the consumers that it affects."""

from __future__ import annotations

from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.row import Row


class Retirement(Row):
    """The retirement of a version, from the notices to the dossier."""

    table: ClassVar[str] = "retirement"
    subject: str
    model: str
    reason: str
    successor: str | None
    impact_digest: str | None = None
    outputs_in_force: str = ""
    sunset_at: Instant
    quiet_days: int
    state: Literal["opened", "noticed", "planned", "approved", "sunset", "quiet", "withdrawn", "archived"] = "opened"
    request: str | None = None
    traffic_from_at: Instant | None = None
    traffic_to_at: Instant | None = None
    traffic_rows: int | None = None
    traffic_digest: str | None = None
    retain_until: Instant | None = None
    dossier_digest: str | None = None
    opened_by: str
    opened_at: Instant
    ended_at: Instant | None = None


class RetirementParty(Row):
    """One consumer in a retirement: its notice, its answer or accepted silence, its replacement and the date."""

    table: ClassVar[str] = "retirement_party"
    retirement: str
    system: str
    declared: bool
    through: tuple[str, ...] = ()
    owner: str = ""
    last_seen_at: Instant | None = None
    notices: int = 0
    noticed_at: Instant | None = None
    answer: Literal["none", "acknowledged", "objected", "silence accepted"] = "none"
    answered_by: str | None = None
    answered_at: Instant | None = None
    silence_reason: str = ""
    moves_to: str = ""
    cut_over_at: Instant | None = None
    transition: Literal["missing", "planned", "moved"] = "missing"
