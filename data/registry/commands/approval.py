"""Commands about approval requests and the votes on them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from data.records.approval import Condition, Decision, RequiredRole
from data.records.person import Role
from data.registry.command import Command, Proof
from data.registry.commands.review import Keyed


class RequestApproval(Command):
    """Open an approval request. If the same run has the same request pending, the receipt is that of the pending one.

    `about` is the key of a version (purpose deploy), a retirement (retire) or a deployment (ratify). With
    `apart_from_validator` the people who validated the version may not sign.
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
        """The key of the object to be approved."""
        return self.about


class Decide(Keyed):
    """Vote on a request. `confirmed` is what the person typed: the last 8 hex digits of the request's digest.

    The caller recomputes `evidence_digest`, `standards_digest` and `artifact_digest` from what is present now; the vote
    is refused when one of them differs from the request.
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
    """Record that a request expired undecided."""

    name: ClassVar[str] = "expire request"


class WithdrawRequest(Keyed):
    """Withdraw a request, for example because its run crashed or its evidence changed."""

    name: ClassVar[str] = "withdraw request"
    reason: str = Field(min_length=1)
