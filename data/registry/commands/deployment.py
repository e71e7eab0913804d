"""Commands about operations and deployments: intent, act, then one of these says how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.deployment import SlotName
from data.registry.command import Proof
from data.registry.commands.model import AboutModel
from data.registry.commands.review import Keyed


class BeginOperation(AboutModel):
    """Lock the model and write the intent down. Refused while another operation runs, or when preconditions fail.

    For `deploy`: the request is approved and unexpired, its champion is still the champion, the verdict set is fresh.
    `leaves` names the deployment that is to end; the operation is refused when another one serves.
    """

    name: ClassVar[str] = "begin operation"
    kind: Literal["deploy", "rollback", "suspend", "withdraw"]
    environment: str
    slot: SlotName = "champion"
    version: str | None
    request: str | None = None
    former_manifest: str | None = None
    leaves: str | None = None
    evidence_digest: str = ""
    standards_digest: str = ""
    artifact_digest: str = ""


class UndoOperation(AboutModel):
    """The act failed and was undone; the former version serves."""

    name: ClassVar[str] = "undo operation"
    reason: str = Field(min_length=1)


class CompleteDeployment(AboutModel):
    """The version is published and verified: it is deployed, the former one superseded."""

    name: ClassVar[str] = "complete deployment"
    manifest_digest: str


class CompleteRollback(AboutModel):
    """An earlier version serves again; says which versions were passed over and why."""

    name: ClassVar[str] = "complete rollback"
    manifest_digest: str
    reason: str = Field(min_length=1)
    passed_over: tuple[dict[str, str], ...] = ()
    ratify_by: datetime


class CompleteSuspension(AboutModel):
    """Serving has stopped; names the fallback that takes over."""

    name: ClassVar[str] = "complete suspension"
    manifest_digest: str
    reason: str = Field(min_length=1)
    fallback: str
    ratify_by: datetime


class CompleteWithdrawal(AboutModel):
    """A retired version is no longer served."""

    name: ClassVar[str] = "complete withdrawal"
    manifest_digest: str
    reason: str = Field(min_length=1)


class RatifyDeployment(Keyed):
    """Ratify a rollback or suspension within its time; never by the operator who did it."""

    name: ClassVar[str] = "ratify deployment"
    proof: Proof


class EscalateIncident(Keyed):
    """Nobody ratified in time: the incident escalates."""

    name: ClassVar[str] = "escalate incident"
    reason: str = Field(min_length=1)


class ResolveIncident(Keyed):
    """Close an incident with what was done. One that blocks its version needs the proof of somebody else."""

    name: ClassVar[str] = "resolve incident"
    resolution: str = Field(min_length=1)
    proof: Proof | None = None
