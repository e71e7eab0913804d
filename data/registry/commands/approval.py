"""Commands about approval requests and the decisions on them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.approval import Condition, Decision, RequiredRole
from data.records.person import Role
from data.registry.command import Command, Proof
from data.registry.commands.review import Keyed


class RequestApproval(Command):
    """Ask people to decide. A pending request of the same run, subject and purpose is answered again.

    `about` is a version's key (deploy), a retirement's (retire) or a deployment's (ratify). With `apart_from_validator`
    who validated the version may not sign.
    """

    name: ClassVar[str] = "request approval"
    about: str
    purpose: Literal["deploy", "retire", "ratify"] = "deploy"
    environment: str
    use: str
    slot: str = "champion"
    required: tuple[RequiredRole, ...] = Field(min_length=1)
    tier: int
    change_class: str
    evidence_digest: str
    standards_digest: str
    artifact_digest: str
    verdict_set: str | None = None
    apart_from_validator: bool = False
    expires_at: datetime
    approval_days: int = Field(ge=1)

    @property
    def subject(self) -> str:
        """What is to be approved."""
        return self.about


class Decide(Keyed):
    """One person's decision. `confirmed` is the digest tail (last 8 hex) of the request they read.

    `evidence_digest`, `standards_digest` and `artifact_digest` are recomputed by the caller at this moment from what
    is there now; any difference from the request voids it.
    """

    name: ClassVar[str] = "decide"
    run_id: str
    decision: Decision
    role: Role
    meaning: str = Field(min_length=1, max_length=500)
    comment: str = Field(default="", max_length=4_000)
    conditions: tuple[Condition, ...] = ()
    confirmed: str = Field(min_length=8, max_length=71)
    evidence_digest: str
    standards_digest: str
    artifact_digest: str
    deputy_of: str | None = None
    proof: Proof


class ExpireRequest(Keyed):
    """Note that a request ran out before it was decided."""

    name: ClassVar[str] = "expire request"


class WithdrawRequest(Keyed):
    """Take a request back: its run died, or its evidence is no longer what is there."""

    name: ClassVar[str] = "withdraw request"
    reason: str = Field(min_length=1)
