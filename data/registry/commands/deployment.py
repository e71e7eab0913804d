"""Commands about operations (begin, undo, complete), the ratification of deployments, and incidents."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.deployment import SlotName
from data.registry.command import Proof
from data.registry.commands.model import AboutModel
from data.registry.commands.review import Keyed

LONGEST_TITLE = 1_000


class BeginOperation(AboutModel):
    """Lock the model and record what will be done. Refused while another operation runs or a precondition fails.

    For `deploy` the request must be approved and unexpired, its champion must still serve, and its verdict set must be
    about the present evidence. With `expected_deployment`, the key of the deployment to end, the operation is refused
    when another deployment serves.
    """

    name: ClassVar[str] = "begin operation"
    kind: Literal["deploy", "rollback", "suspend", "withdraw"]
    environment: str
    slot: SlotName = "champion"
    version: str | None
    request: str | None = None
    former_manifest: str | None = None
    expected_deployment: str | None = None
    evidence_digest: str = ""
    standards_digest: str = ""
    artifact_digest: str = ""


class UndoOperation(AboutModel):
    """Record that the operation failed and was undone; the former version serves."""

    name: ClassVar[str] = "undo operation"
    reason: str = Field(min_length=1)


class CompleteDeployment(AboutModel):
    """Record that the version is published and verified; the former deployment becomes superseded."""

    name: ClassVar[str] = "complete deployment"
    manifest_digest: str


class CompleteRollback(AboutModel):
    """Record that an earlier version serves again. `passed_over` lists each version not chosen, with the reason."""

    name: ClassVar[str] = "complete rollback"
    manifest_digest: str
    reason: str = Field(min_length=1)
    passed_over: tuple[dict[str, str], ...] = ()
    ratify_by: datetime


class CompleteSuspension(AboutModel):
    """Record that the model no longer serves; `fallback` is what takes its place."""

    name: ClassVar[str] = "complete suspension"
    manifest_digest: str
    reason: str = Field(min_length=1)
    fallback: str
    ratify_by: datetime


class CompleteWithdrawal(AboutModel):
    """Record that a retired version no longer serves."""

    name: ClassVar[str] = "complete withdrawal"
    manifest_digest: str
    reason: str = Field(min_length=1)


class RatifyDeployment(Keyed):
    """Ratify a rollback or suspension before `ratify_by`; the operator who did it cannot ratify it."""

    name: ClassVar[str] = "ratify deployment"
    proof: Proof


class OpenIncident(AboutModel):
    """Open an incident because a file differs from the record. `model` is `registry` for a file of no single model.

    If an unresolved incident says the same already, nothing changes and the receipt is that of the earlier event.
    """

    name: ClassVar[str] = "open incident"
    kind: Literal["serving", "files"]
    version: str | None = None
    title: str = Field(min_length=1, max_length=LONGEST_TITLE)
    remedy: str = Field(default="", max_length=LONGEST_TITLE)


class EscalateIncident(Keyed):
    """Escalate an incident because nobody ratified its operation in time."""

    name: ClassVar[str] = "escalate incident"
    reason: str = Field(min_length=1)


class ResolveIncident(Keyed):
    """Resolve an incident and record what was done. If it blocks its version, another person's proof is needed."""

    name: ClassVar[str] = "resolve incident"
    resolution: str = Field(min_length=1)
    proof: Proof | None = None
