"""Counting votes: what settles a request, and what a person confirms when they sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.records.approval import ApprovalRequest, Condition, RequiredRole, Vote
from data.records.person import Role
from data.registry.approvals import (
    confirms,
    outcome,
    request_digest,
    statement,
    statement_digest,
    tail,
    unsigned_roles,
    votes_that_count,
)

ISSUED = datetime(2013, 3, 1, tzinfo=UTC)
DIGEST = "sha256:" + "0123456789abcdef" * 4
TWO = (RequiredRole(role=Role.APPROVER, count=2),)
BOTH = (RequiredRole(role=Role.APPROVER), RequiredRole(role=Role.OWNER))
TWICE = (RequiredRole(role=Role.APPROVER), RequiredRole(role=Role.APPROVER))


def request(required: tuple[RequiredRole, ...] = TWO, **changes: Any) -> ApprovalRequest:
    fields: dict[str, Any] = {
        "key": "models/ops/delay/versions/1/requests/1", "subject": "models/ops/delay/versions/1",
        "purpose": "deploy", "environment": "production", "use": "planning", "required": required, "tier": 2,
        "change_class": "new", "evidence_digest": DIGEST, "standards_digest": DIGEST, "artifact_digest": DIGEST,
        "verdict_set": None, "contributors": ("dev",), "requester": "dev", "nonce": "00", "request_digest": DIGEST,
        "run_id": "run-1", "issued_at": ISSUED, "expires_at": ISSUED + timedelta(days=7), "approval_days": 90,
    }  # fmt: skip
    return ApprovalRequest(**{**fields, **changes})


def vote(who: str, decision: str = "approve", hour: int = 1, **changes: Any) -> Vote:
    """Return a vote given `hour` hours after the request; `who` may contain a role: `olga as owner`."""
    person, _, role = who.partition(" as ")
    fields: dict[str, Any] = {
        "key": f"votes/{hour}/{person}", "request": "r", "person": person, "printed_name": person.title(),
        "role": role or "approver", "decision": decision, "meaning": "read it", "proof": "totp",
        "credential": f"{person}/1", "statement_digest": "", "decided_at": ISSUED + timedelta(hours=hour),
    }  # fmt: skip
    return Vote(**{**fields, **changes})


CASES: dict[str, tuple[tuple[RequiredRole, ...], list[Vote], str]] = {
    "no vote": (TWO, [], "pending"),
    "one of two approved": (TWO, [vote("alma")], "pending"),
    "two approved": (TWO, [vote("alma"), vote("axel", hour=2)], "approved"),
    "two approved, one with conditions": (
        TWO, [vote("alma", "approve with conditions"), vote("axel", hour=2)], "approved"
    ),
    "the same person twice": (TWO, [vote("alma"), vote("alma", hour=2)], "pending"),
    "two people with one credential": (TWO, [vote("alma"), vote("axel", hour=2, credential="alma/1")], "pending"),
    "a person and their deputy": (TWO, [vote("alma"), vote("otto", hour=2, deputy_of="alma")], "pending"),
    "two deputies of one person": (
        TWO, [vote("otto", deputy_of="alma"), vote("rita", hour=2, deputy_of="alma")], "pending"
    ),
    "a deputy and somebody else": (TWO, [vote("otto", deputy_of="alma"), vote("axel", hour=2)], "approved"),
    "the other role is missing": (BOTH, [vote("alma"), vote("axel", hour=2)], "pending"),
    "each role signed": (BOTH, [vote("alma"), vote("olga as owner", hour=2)], "approved"),
    "one person in two roles": (BOTH, [vote("alma"), vote("alma as owner", hour=2)], "pending"),
    "a role listed twice needs two people": (TWICE, [vote("alma")], "pending"),
    "a role listed twice is signed by two people": (TWICE, [vote("alma"), vote("axel", hour=2)], "approved"),
    "a person who recused does not count": (TWO, [vote("alma", "recuse"), vote("axel", hour=2)], "pending"),
    "a vote after a recusal": (TWO, [vote("alma", "recuse"), vote("alma", hour=2), vote("axel", hour=3)], "pending"),
    "a rejection": (TWO, [vote("alma", "reject")], "rejected"),
    "a rejection before two approvals": (
        TWO, [vote("rita", "reject"), vote("alma", hour=2), vote("axel", hour=3)], "rejected"
    ),
    "a rejection between approvals": (
        TWO, [vote("alma"), vote("rita", "reject", hour=2), vote("axel", hour=3)], "rejected"
    ),
    "a rejection after it was approved changes nothing": (
        TWO, [vote("alma"), vote("axel", hour=2), vote("rita", "reject", hour=3)], "approved"
    ),
    "a return for changes": (TWO, [vote("alma"), vote("axel", "return for changes", hour=2)], "returned"),
    "of a rejection and a return the first counts": (
        TWO, [vote("axel", "reject", hour=3), vote("alma", "return for changes", hour=2)], "returned"
    ),
    "a vote at the expiry": (TWO, [vote("alma"), vote("axel", hour=7 * 24)], "pending"),
    "a vote in the future": (TWO, [vote("alma"), vote("axel", hour=48)], "pending"),
    "a request without required roles is never approved": ((), [vote("alma")], "pending"),
    "a count of zero needs one signature": ((RequiredRole(role=Role.OWNER, count=0),), [vote("alma")], "pending"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_outcome_of_a_request(case: tuple[tuple[RequiredRole, ...], list[Vote], str]) -> None:
    required, votes, expected = case
    late = any(one.decided_at - ISSUED > timedelta(days=2) for one in votes)
    now = ISSUED + timedelta(days=30 if late else 1)
    assert outcome(request(required), votes, now) == expected
    assert outcome(request(required), votes[::-1], now) == expected, "the order of the rows does not matter"


def test_missing_signatures_are_counted_by_role() -> None:
    assert unsigned_roles((*TWO, RequiredRole(role=Role.OWNER)), [vote("alma")]) == {Role.APPROVER: 1, Role.OWNER: 1}
    assert unsigned_roles(TWO, [vote("alma"), vote("axel", hour=2)]) == {}


def test_an_approval_of_a_removed_person_counts_only_for_a_decided_request() -> None:
    key = request().key
    votes = [vote("alma", request=key), vote("axel", "recuse", 2, request=key), vote("rita", hour=3, request="another")]
    assert [one.person for one in votes_that_count(request(), votes, {"alma", "axel"})] == ["axel"]
    assert [one.person for one in votes_that_count(request(), votes, set())] == ["alma", "axel"]
    assert [one.person for one in votes_that_count(request(state="approved"), votes, {"alma"})] == ["alma", "axel"]


PEOPLE = st.sampled_from(["alma", "axel", "otto"])
DECISIONS = st.sampled_from(["approve", "approve with conditions", "recuse"])


@given(st.lists(st.tuples(PEOPLE, DECISIONS), max_size=8))
def test_a_request_is_never_approved_by_fewer_people_than_required(given_votes: list[tuple[str, str]]) -> None:
    votes = [vote(person, decision, hour) for hour, (person, decision) in enumerate(given_votes, 1)]
    approved = outcome(request(), votes, ISSUED + timedelta(days=1)) == "approved"
    assert not approved or len({one.person for one in votes if one.decision != "recuse"}) >= 2


TYPED = {
    "the last eight digits": (DIGEST[-8:], True),
    "the last eight digits in capitals, with blanks": (f" {DIGEST[-8:].upper()} ", True),
    "the whole digest": (DIGEST, True),
    "all its hex digits": (DIGEST[7:], True),
    "seven digits": (DIGEST[-7:], False),
    "nine digits": (DIGEST[-9:], False),
    "the first eight digits": (DIGEST[7:15], False),
    "nothing": ("", False),
}


@pytest.mark.parametrize("typed,good", TYPED.values(), ids=TYPED)
def test_the_last_eight_digits_or_the_whole_digest_confirm_it(typed: str, good: bool) -> None:
    assert confirms(typed, DIGEST) is good


def test_a_tail_is_eight_hex_digits() -> None:
    assert tail(DIGEST) == "89abcdef"


def test_the_digest_of_a_request_does_not_depend_on_its_outcome() -> None:
    after = {"rev": 4, "state": "approved", "decided_at": ISSUED, "valid_until": ISSUED, "reason": "x"}
    assert request_digest(request(**after), "log") == request_digest(request(), "log")


def test_the_digest_of_a_request_covers_every_other_field() -> None:
    changes = {
        "required": BOTH, "purpose": "retire", "use": "x", "slot": "shadow", "tier": 1, "contributors": (),
        "artifact_digest": "x", "approval_days": 1, "expires_at": ISSUED, "nonce": "01", "run_id": "x", "key": "x",
    }  # fmt: skip
    digests = {request_digest(request(**{name: value}), "log") for name, value in changes.items()}
    assert len(digests | {request_digest(request(), "log"), request_digest(request(), "x")}) == len(changes) + 2


def test_the_statement_contains_everything_that_is_signed() -> None:
    condition = Condition(text="measure slices", due_at=ISSUED)
    signed = vote("alma", "approve with conditions", comment="good", conditions=(condition,))
    stated = statement("log", request(), signed, "validated", "approved")
    demanded = {
        "type", "log", "request_id", "nonce", "subject", "from", "to", "evidence_sha256", "standard_sha256",
        "artifact_sha256", "decision", "meaning", "approver", "role", "comment", "issued_at", "expires_at",
    }  # fmt: skip
    assert demanded <= set(stated)
    assert stated["conditions"] == [{"text": "measure slices", "due_at": "2013-03-01T00:00:00.000000Z"}]
    assert statement_digest(stated) != statement_digest({**stated, "comment": "bad"})
