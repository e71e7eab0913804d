"""Commands about validation, findings, waivers and reviews."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.review import Severity
from data.registry.command import Command, Proof
from data.registry.commands.model import AboutModel
from data.registry.commands.version import AboutVersion

ReviewText = Field(min_length=1, max_length=20_000)


class Keyed(Command):
    """A command about the row under `key`."""

    key: str

    @property
    def subject(self) -> str:
        """The key of the row."""
        return self.key


class ConcludeValidation(AboutVersion):
    """Record an independent validator's conclusion: `not fit` rejects the version, the others make it validated."""

    name: ClassVar[str] = "conclude validation"
    conclusion: Literal["fit", "fit with conditions", "not fit"]
    scope: str = ReviewText
    limitations: str = ReviewText
    competence: str = ReviewText
    changes_caused: str = ""
    evidence_digest: str
    proof: Proof


class OpenFinding(AboutVersion):
    """Raise a finding; `owner` must answer it."""

    name: ClassVar[str] = "open finding"
    severity: Severity
    title: str = Field(min_length=1, max_length=200)
    text: str = ReviewText
    owner: str
    due_at: datetime
    origin: Literal["validation", "condition", "monitoring", "review"] = "validation"


class AnswerFinding(Keyed):
    """Answer a finding, as its owner."""

    name: ClassVar[str] = "answer finding"
    answer: str = ReviewText


class DisputeFinding(Keyed):
    """Dispute the answer to a finding, with the reason."""

    name: ClassVar[str] = "dispute finding"
    reason: str = ReviewText


class CloseFinding(Keyed):
    """Close an answered or disputed finding; its owner cannot close it."""

    name: ClassVar[str] = "close finding"
    proof: Proof


class RequestWaiver(AboutVersion):
    """Request a waiver: the control does not apply to the version until a date."""

    name: ClassVar[str] = "request waiver"
    control: str
    reason: str = ReviewText
    expires_at: datetime


class DecideWaiver(Keyed):
    """Grant or refuse a waiver; the person who requested it cannot decide it."""

    name: ClassVar[str] = "decide waiver"
    grant: bool
    reason: str = ""
    proof: Proof


class RevokeWaiver(Keyed):
    """Revoke a waiver; the approval of a version that used it is revoked too."""

    name: ClassVar[str] = "revoke waiver"
    reason: str = ReviewText
    proof: Proof


class ExpireWaiver(Keyed):
    """Record that a waiver expired; the approval of a version that used it is revoked too."""

    name: ClassVar[str] = "expire waiver"


class OpenReview(AboutModel):
    """Open a review of a model that is due."""

    name: ClassVar[str] = "open review"
    version: str | None = None
    reason: str = ReviewText
    due_at: datetime


class CompleteReview(Keyed):
    """Complete a review and record its outcome."""

    name: ClassVar[str] = "complete review"
    outcome: str = ReviewText
    proof: Proof
