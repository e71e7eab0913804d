"""Commands about retirement, from the notice to the dossier."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.row import Frozen
from data.registry.command import Proof
from data.registry.commands.review import Keyed
from data.registry.commands.version import AboutVersion


class AffectedParty(Frozen):
    """A consumer a retirement affects, directly or through other models; declared, or only seen in the logs."""

    system: str
    declared: bool
    through: tuple[str, ...] = ()
    owner: str = ""
    last_seen_at: datetime | None = None


class OpenRetirement(AboutVersion):
    """Open the retirement of a version with its impact assessment."""

    name: ClassVar[str] = "open retirement"
    reason: str = Field(min_length=1)
    successor: str | None = None
    outputs_in_force: str = ""
    sunset_at: datetime
    quiet_days: int = Field(ge=1)
    impact_digest: str
    parties: tuple[AffectedParty, ...]


class RecordNotices(Keyed):
    """Notices (or reminders) went to these systems. `key` is the retirement's."""

    name: ClassVar[str] = "record notices"
    systems: tuple[str, ...]
    outbox_digest: str


class AnswerNotice(Keyed):
    """A consumer acknowledges or objects. `key` is the retirement's."""

    name: ClassVar[str] = "answer notice"
    system: str
    answer: Literal["acknowledged", "objected"]
    comment: str = ""


class AcceptSilence(Keyed):
    """A named risk acceptor accepts that a consumer does not answer."""

    name: ClassVar[str] = "accept silence"
    system: str
    reason: str = Field(min_length=1)
    proof: Proof


class PlanTransition(Keyed):
    """What a consumer moves to (successor or fallback), by when, and whether it has."""

    name: ClassVar[str] = "plan transition"
    system: str
    moves_to: str = Field(min_length=1)
    cut_over_at: datetime
    moved: bool = False


class ApproveRetirement(Keyed):
    """Move on once the transition plan is whole and its approval request was approved."""

    name: ClassVar[str] = "approve retirement"
    request: str


class BeginSunset(Keyed):
    """The sunset date has come: the zero-traffic window starts."""

    name: ClassVar[str] = "begin sunset"


class RecordTraffic(Keyed):
    """What the logs show over the window: refused as quiet while a single row names the version."""

    name: ClassVar[str] = "record traffic"
    from_at: datetime
    to_at: datetime
    rows: int = Field(ge=0)
    by_consumer: dict[str, int] = {}
    evidence_digest: str


class WithdrawVersion(Keyed):
    """The version is out of serving; it becomes `retired`."""

    name: ClassVar[str] = "withdraw version"


class ArchiveRetirement(Keyed):
    """The dossier is written; records are kept until the date."""

    name: ClassVar[str] = "archive retirement"
    dossier_digest: str
    retain_until: datetime
