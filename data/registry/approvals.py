"""The approval rule: who has said what so far, and what a person confirms when they sign. Pure.

A request is bound to bytes by its digest; a person confirms its last eight hex digits, and what they then state is a
document of its own whose digest their vote holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Literal

from data.records.approval import ApprovalRequest, Decision, RequiredRole, Vote
from data.records.evidence import sha256_of
from data.records.instant import write_instant
from data.records.person import Role

Outcome = Literal["pending", "approved", "rejected", "returned"]

TAIL = 8
APPROVING: frozenset[Decision] = frozenset({"approve", "approve with conditions"})
ENDS: Mapping[str, Outcome] = {"reject": "rejected", "return for changes": "returned"}
CHANGING = {"rev", "request_digest", "state", "decided_at", "valid_until", "reason"}
"""Fields of a request that say how it went, not what was asked."""


def request_digest(request: ApprovalRequest, log: str) -> str:
    """`sha256:<hex>` over the whole question: its bytes, the required roles, its end, and the log it is in."""
    question = request.model_dump(mode="json", exclude=CHANGING)
    return sha256_of({"type": "modelward approval request v1", "log": log, **question})


def tail(digest: str) -> str:
    """The last 8 hex digits of a digest: what a person reads and types."""
    return digest[-TAIL:]


def confirms(typed: str, digest: str) -> bool:
    """Whether what was typed is the tail of this digest, or all of it."""
    return typed.strip().lower() in {tail(digest), digest, digest.removeprefix("sha256:")}


def statement(log: str, request: ApprovalRequest, vote: Vote, now_is: str, becomes: str) -> dict[str, object]:
    """What a person states when they decide; its RFC 8785 form is what a signature covers.

    `now_is` and `becomes` are the present state of the subject, and the one that this decision asks for.
    """
    return {
        "type": "modelward approval statement v1",
        "log": log,
        "request_id": request.key,
        "request_sha256": request.request_digest,
        "nonce": request.nonce,
        "subject": request.subject,
        "purpose": request.purpose,
        "environment": request.environment,
        "slot": request.slot,
        "use": request.use,
        "from": now_is,
        "to": becomes,
        "evidence_sha256": request.evidence_digest,
        "standard_sha256": request.standards_digest,
        "artifact_sha256": request.artifact_digest,
        "decision": vote.decision,
        "conditions": [one.model_dump(mode="json") for one in vote.conditions],
        "meaning": vote.meaning,
        "approver": vote.person,
        "deputy_of": vote.deputy_of,
        "role": vote.role.value,
        "comment": vote.comment,
        "issued_at": write_instant(vote.decided_at),
        "expires_at": write_instant(request.expires_at),
    }


def statement_digest(stated: Mapping[str, object]) -> str:
    """`sha256:<hex>` of a statement."""
    return sha256_of(dict(stated))


def outcome(request: ApprovalRequest, votes: Sequence[Vote], now: datetime) -> Outcome:
    """How a request stands at `now`, by the votes given before it ran out, in the order in which they were given.

    The first rejection or return ends it, whatever follows; so does the approval that completes what is required.
    """
    given: list[Vote] = []
    for vote in sorted(votes, key=lambda one: (one.decided_at, one.key)):
        if vote.decided_at > now or vote.decided_at >= request.expires_at:
            continue
        # In the order of the votes: a rejection ends the request before later approvals are counted.
        if vote.decision in ENDS:
            return ENDS[vote.decision]
        given.append(vote)
        if not lacking(request.required, given):
            return "approved"
    return "pending"


def standing(request: ApprovalRequest, votes: Sequence[Vote], gone: Container[str]) -> list[Vote]:
    """Those of its votes that count while it is pending: who was taken off the roster (`gone`) no longer approves.

    What was decided, was decided by the votes that counted then.
    """
    given = [one for one in votes if one.request == request.key]
    if request.state != "pending":
        return given
    return [one for one in given if one.person not in gone or one.decision not in APPROVING]


def lacking(required: Sequence[RequiredRole], votes: Sequence[Vote]) -> dict[Role, int]:
    """How many signatures are missing in each role. Nothing required is never fulfilled.

    A signature counts when person, credential and represented person are each new. Who recused does not count.
    """
    # An empty requirement must never be fulfilled by nobody.
    if not required:
        return {Role.APPROVER: 1}
    required_counts: Counter[Role] = Counter()
    for requirement in required:
        required_counts[requirement.role] += max(requirement.count, 1)
    signed = Counter(vote.role for vote in _distinct(votes))
    return {role: count - signed[role] for role, count in required_counts.items() if signed[role] < count}


def people_behind(vote: Vote) -> set[str]:
    """The people behind a vote: the person who gave it, and the person they represent."""
    return {vote.person} | ({vote.deputy_of} if vote.deputy_of else set())


def _distinct(votes: Sequence[Vote]) -> list[Vote]:
    counted_people = {vote.person for vote in votes if vote.decision == "recuse"}
    credentials: set[str] = set()
    counted = []
    for vote in votes:
        if (
            vote.decision in APPROVING
            and not people_behind(vote) & counted_people
            and vote.credential not in credentials
        ):
            counted.append(vote)
            counted_people |= people_behind(vote)
            credentials.add(vote.credential)
    return counted
