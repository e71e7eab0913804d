"""Commands about the retirement of a version, from its opening to the archived dossier."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.row import Frozen
from data.registry.command import Proof
from data.registry.commands.review import Keyed
from data.registry.commands.version import AboutVersion


class AffectedParty(Frozen):
    """A consumer that a retirement affects, directly or through other models; declared, or only observed in logs."""

    system: str
    declared: bool
    through: tuple[str, ...] = ()
    owner: str = ""
    last_seen_at: datetime | None = None


class OpenRetirement(AboutVersion):
    """Open the retirement of a version, with its impact assessment and the affected parties."""

    name: ClassVar[str] = "open retirement"
    reason: str = Field(min_length=1)
    successor: str | None = None
    outputs_in_force: str = ""
    sunset_at: datetime
    quiet_days: int = Field(ge=1)
    impact_digest: str
    parties: tuple[AffectedParty, ...]


class RecordNotices(Keyed):
    """Record that notices or reminders were written for these systems. `key` is that of the retirement."""

    name: ClassVar[str] = "record notices"
    systems: tuple[str, ...]
    outbox_digest: str


class AnswerNotice(Keyed):
    """Record that a consumer acknowledges the retirement or objects to it. `key` is that of the retirement."""

    name: ClassVar[str] = "answer notice"
    system: str
    answer: Literal["acknowledged", "objected"]
    comment: str = ""


class AcceptSilence(Keyed):
    """Accept, as a risk acceptor, that a consumer does not answer. `key` is that of the retirement."""

    name: ClassVar[str] = "accept silence"
    system: str
    reason: str = Field(min_length=1)
    proof: Proof


class PlanTransition(Keyed):
    """Record what a consumer moves to (successor or fallback), by when, and whether it has moved already."""

    name: ClassVar[str] = "plan transition"
    system: str
    moves_to: str = Field(min_length=1)
    cut_over_at: datetime
    moved: bool = False


class ApproveRetirement(Keyed):
    """Approve the retirement: its transition plan must be complete, and `request` must be approved."""

    name: ClassVar[str] = "approve retirement"
    request: str


class BeginSunset(Keyed):
    """Begin the sunset when its date has come; from then on the version should have no traffic."""

    name: ClassVar[str] = "begin sunset"


class RecordTraffic(Keyed):
    """Record the traffic of the version in a window of the logs; the version is not quiet if there was a single row."""

    name: ClassVar[str] = "record traffic"
    from_at: datetime
    to_at: datetime
    rows: int = Field(ge=0)
    by_consumer: dict[str, int] = {}
    evidence_digest: str


class WithdrawVersion(Keyed):
    """Record that the version serves nowhere; it becomes `retired`."""

    name: ClassVar[str] = "withdraw version"


class ArchiveRetirement(Keyed):
    """Archive the retirement: its dossier is written, and its records are kept until `retain_until`.

    `text_digest` is that of the dossier as Markdown.
    """

    name: ClassVar[str] = "archive retirement"
    dossier_digest: str
    text_digest: str = ""
    retain_until: datetime
