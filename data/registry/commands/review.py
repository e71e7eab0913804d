"""Commands about validation, findings, waivers and reviews."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.review import Severity
from data.registry.command import Command, Proof
from data.registry.commands.model import AboutModel
from data.registry.commands.version import AboutVersion

Text = Field(min_length=1, max_length=20_000)


class Keyed(Command):
    """A command about a thing under a key."""

    key: str

    @property
    def subject(self) -> str:
        """The thing's key."""
        return self.key


class ConcludeValidation(AboutVersion):
    """An independent validator's conclusion: `fit` moves the version on, `not fit` rejects it."""

    name: ClassVar[str] = "conclude validation"
    conclusion: Literal["fit", "fit with conditions", "not fit"]
    scope: str = Text
    limitations: str = Text
    competence: str = Text
    changes_caused: str = ""
    evidence_digest: str
    proof: Proof


class OpenFinding(AboutVersion):
    """Raise a finding; its owner is who must answer it."""

    name: ClassVar[str] = "open finding"
    severity: Severity
    title: str = Field(min_length=1, max_length=200)
    text: str = Text
    owner: str
    due_at: datetime
    origin: Literal["validation", "condition", "monitoring", "review"] = "validation"


class AnswerFinding(Keyed):
    """The owner's answer."""

    name: ClassVar[str] = "answer finding"
    answer: str = Text


class DisputeFinding(Keyed):
    """Say why the answer does not settle it."""

    name: ClassVar[str] = "dispute finding"
    reason: str = Text


class CloseFinding(Keyed):
    """Close an answered finding; never by its owner."""

    name: ClassVar[str] = "close finding"
    proof: Proof


class RequestWaiver(AboutVersion):
    """Ask that a control be set aside for a version until a date."""

    name: ClassVar[str] = "request waiver"
    control: str
    reason: str = Text
    expires_at: datetime


class DecideWaiver(Keyed):
    """Grant or refuse a waiver; never by who asked for it."""

    name: ClassVar[str] = "decide waiver"
    grant: bool
    reason: str = ""
    proof: Proof


class RevokeWaiver(Keyed):
    """Take a waiver back; a version approved on it is revoked with it."""

    name: ClassVar[str] = "revoke waiver"
    reason: str = Text
    proof: Proof


class ExpireWaiver(Keyed):
    """Note that a waiver ran out; a version approved on it is revoked with it."""

    name: ClassVar[str] = "expire waiver"


class OpenReview(AboutModel):
    """Open a review that came due."""

    name: ClassVar[str] = "open review"
    version: str | None = None
    reason: str = Text
    due_at: datetime


class CompleteReview(Keyed):
    """Complete a review with its outcome."""

    name: ClassVar[str] = "complete review"
    outcome: str = Text
    proof: Proof
