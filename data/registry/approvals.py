"""Count the votes on an approval request, and compute the digests of the request and of a voter's statement.

Pure functions without the registry. `rules/approval.py` judges the commands that open and close a request,
`rules/decision.py` judges a vote, and `gates/approval_rule.py` reads from a standard which roles must sign.

A person confirms the last eight hex digits of the request's digest. The full text of a vote is its statement; the vote
stores the digest of the statement.
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

RequestOutcome = Literal["pending", "approved", "rejected", "returned"]

TAIL = 8
APPROVING: frozenset[Decision] = frozenset({"approve", "approve with conditions"})
CLOSING: Mapping[str, RequestOutcome] = {"reject": "rejected", "return for changes": "returned"}
CHANGED_LATER = {"rev", "request_digest", "state", "decided_at", "valid_until", "reason"}
"""Fields of a request that change after it was opened; the digest leaves them out."""


def request_digest(request: ApprovalRequest, log: str) -> str:
    """Return `sha256:<hex>` over the request as it was opened (digests, required roles, end) and the log's name."""
    question = request.model_dump(mode="json", exclude=CHANGED_LATER)
    return sha256_of({"type": "modelward approval request v1", "log": log, **question})


def tail(digest: str) -> str:
    """Return the last 8 hex digits of a digest, which a person types to confirm the request."""
    return digest[-TAIL:]


def confirms(typed: str, digest: str) -> bool:
    """Return True if a person typed the last 8 digits of this digest, or the whole digest."""
    return typed.strip().lower() in {tail(digest), digest, digest.removeprefix("sha256:")}


def statement(log: str, request: ApprovalRequest, vote: Vote, now_is: str, becomes: str) -> dict[str, object]:
    """Return the statement of a vote: the full text of what the person decides. A signature covers its RFC 8785 form.

    `now_is` is the present state of the subject, `becomes` the state that the vote asks for.
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
    """Return the digest of a statement as `sha256:<hex>`."""
    return sha256_of(dict(stated))


def outcome(request: ApprovalRequest, votes: Sequence[Vote], now: datetime) -> RequestOutcome:
    """Return the outcome of a request at `now`. Votes given after its expiry do not count; the others count in order.

    The first vote that rejects or returns the request ends it, and so does the approval that completes the required
    signatures.
    """
    given: list[Vote] = []
    for vote in sorted(votes, key=lambda one: (one.decided_at, one.key)):
        if vote.decided_at > now or vote.decided_at >= request.expires_at:
            continue
        # A rejection ends the request before later approvals are counted.
        if vote.decision in CLOSING:
            return CLOSING[vote.decision]
        given.append(vote)
        if not unsigned_roles(request.required, given):
            return "approved"
    return "pending"


def votes_that_count(request: ApprovalRequest, votes: Sequence[Vote], gone: Container[str]) -> list[Vote]:
    """Return the votes on a request that count. `gone` are the people who were removed from the roster.

    While the request is pending, an approving vote of one of them does not count. For a decided request every vote
    counts, because it counted at the time of the decision.
    """
    given = [one for one in votes if one.request == request.key]
    if request.state != "pending":
        return given
    return [one for one in given if one.person not in gone or one.decision not in APPROVING]


def unsigned_roles(required: Sequence[RequiredRole], votes: Sequence[Vote]) -> dict[Role, int]:
    """Return how many signatures each role still lacks; a role that lacks none is left out.

    A person, a credential and a represented person count once each. A person who recused themselves does not count.
    Without any required role one approver is missing, so that such a request is never approved.
    """
    if not required:
        return {Role.APPROVER: 1}
    required_counts: Counter[Role] = Counter()
    for requirement in required:
        required_counts[requirement.role] += max(requirement.count, 1)
    signed = Counter(vote.role for vote in _distinct(votes))
    return {role: count - signed[role] for role, count in required_counts.items() if signed[role] < count}


def people_behind(vote: Vote) -> set[str]:
    """Return the person who gave a vote and the person they represent, if any."""
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
