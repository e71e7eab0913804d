"""Approval requests, and the votes on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.person import Role
from data.records.row import Frozen, Row

Decision = Literal["approve", "approve with conditions", "return for changes", "reject", "recuse"]


class RequiredRole(Frozen):
    """A role and the number of different people who must sign in this role."""

    role: Role
    count: int = 1


class Condition(Frozen):
    """A condition of an approval; it becomes a finding with this due date."""

    text: str
    due_at: Instant


class ApprovalRequest(Row):
    """A question to people about exact bytes: evidence, standards and artifact, each by digest.

    None of the `contributors` may sign the request: the people who worked on the version, the requester, and the
    validator if the standard separates validating from approving. When one of the digests changes, the request is no
    longer valid.
    """

    table: ClassVar[str] = "approval_request"
    subject: str
    purpose: Literal["deploy", "retire", "ratify", "release"]
    environment: str
    use: str
    slot: str = "champion"
    required: tuple[RequiredRole, ...]
    tier: int
    change_class: str
    evidence_digest: str
    standards_digest: str
    artifact_digest: str
    verdict_set: str | None
    contributors: tuple[str, ...]
    requester: str
    nonce: str
    request_digest: str
    run_id: str
    state: Literal["pending", "approved", "rejected", "returned", "expired", "withdrawn"] = "pending"
    issued_at: Instant
    expires_at: Instant
    approval_days: int
    decided_at: Instant | None = None
    valid_until: Instant | None = None
    reason: str = ""


class Vote(Row):
    """One person's decision on a request, with the digest of the confirmed statement and the proof of identity."""

    table: ClassVar[str] = "vote"
    request: str
    person: str
    printed_name: str
    role: Role
    decision: Decision
    meaning: str
    comment: str = ""
    conditions: tuple[Condition, ...] = ()
    proof: Literal["totp", "ssh"]
    credential: str
    statement_digest: str
    deputy_of: str | None = None
    decided_at: Instant


@dataclass(frozen=True)
class EligibleApprover:
    """A person who could sign now, the role, and the person represented as deputy, if any."""

    person: str
    name: str
    role: Role
    deputy_of: str | None = None
