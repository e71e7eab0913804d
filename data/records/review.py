"""Conclusions of people and gates about a version: verdict sets, validations, findings, waivers, reviews."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.row import Row
from data.records.verdict import Judgement


class Severity(StrEnum):
    """The severity of a finding; the standard says which severities block a version."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class VerdictSet(Row):
    """The judgements of every gate on one version at one moment, under given standards and on given evidence."""

    table: ClassVar[str] = "verdict_set"
    version: str
    number: int
    stage: Literal["assess", "approve", "deploy", "emergency"]
    environment: str = ""
    standards: tuple[str, ...]
    standards_digest: str
    evidence_digest: str
    champion: str | None = None
    cleared: bool
    judgements: tuple[Judgement, ...]
    judged_at: Instant
    run_id: str


class Validation(Row):
    """The conclusion of an independent validator."""

    table: ClassVar[str] = "validation"
    version: str
    number: int
    validator: str
    scope: str
    limitations: str
    competence: str
    changes_caused: str = ""
    conclusion: Literal["fit", "fit with conditions", "not fit"]
    evidence_digest: str
    concluded_at: Instant


class Finding(Row):
    """A defect that a person raised: open, answered by its owner, disputed, or closed by another person."""

    table: ClassVar[str] = "finding"
    version: str
    number: int
    severity: Severity
    title: str
    text: str
    owner: str
    raised_by: str
    raised_at: Instant
    due_at: Instant
    origin: Literal["validation", "condition", "monitoring", "review"] = "validation"
    state: Literal["open", "answered", "disputed", "closed"] = "open"
    answer: str = ""
    answered_by: str | None = None
    answered_at: Instant | None = None
    dispute: str = ""
    closed_by: str | None = None
    closed_at: Instant | None = None


class Waiver(Row):
    """A control set aside for one version until a date: requested by one person and granted by another."""

    table: ClassVar[str] = "waiver"
    version: str
    number: int
    control: str
    reason: str
    requester: str
    requested_at: Instant
    expires_at: Instant
    state: Literal["requested", "granted", "refused", "revoked", "expired"] = "requested"
    approver: str | None = None
    granted_at: Instant | None = None
    ended_at: Instant | None = None
    ended_reason: str = ""


class Review(Row):
    """An examination of a model that became due: periodically, after an incident, or because something expired."""

    table: ClassVar[str] = "review"
    model: str
    version: str | None
    number: int
    reason: str
    opened_at: Instant
    due_at: Instant
    state: Literal["open", "completed"] = "open"
    completed_by: str | None = None
    completed_at: Instant | None = None
    outcome: str = ""
