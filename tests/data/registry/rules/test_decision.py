"""A vote and its effects on the request, the version and the findings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from data.errors import (
    LockedOutError,
    ProofError,
)
from data.records.approval import ApprovalRequest, Condition, RequiredRole, Vote
from data.records.deployment import Deployment
from data.records.evidence import sha256_of
from data.records.person import Role
from data.records.retirement import Retirement
from data.records.review import Finding, Waiver
from data.records.verdict import Failed, Judgement
from data.records.version import Version
from data.registry.command import Proof
from data.registry.commands.person import RevokePerson
from data.registry.commands.review import DecideWaiver, RequestWaiver, RevokeWaiver
from data.registry.state import State
from tests.world import MODEL, World


@pytest.fixture
def world(world_with_request: World) -> Iterator[World]:
    """The world with a pending request, its registry held open."""
    with world_with_request.registry.store.session():
        yield world_with_request


MALFORMED = {
    "a comment of 4,001 characters": {"comment": "x" * 4_001},
    "a meaning of 501 characters": {"meaning": "x" * 501},
    "an empty meaning": {"meaning": ""},
    "an unknown decision": {"decision": "approve!"},
    "an unknown role": {"role": "emperor"},
    "a digest of 72 characters": {"confirmed": "0" * 72},
    "a code of 17 characters": {"proof": {"person": "alma", "code": "1" * 17}},
    "a person's id of 129 characters": {"proof": {"person": "a" * 129, "code": "1"}},
    "an unknown field": {"sender": "axel"},
}


@pytest.mark.parametrize("changes", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_vote_is_rejected(changes: dict[str, Any], world: World, request_: ApprovalRequest) -> None:
    good = world.decision(request_, "alma").model_dump()
    with pytest.raises(ValidationError):
        type(world.decision(request_, "alma")).model_validate({**good, **changes})


WRONG = Proof(person="alma", code="000000")
HOSTILE = "{{ config }} {% for x in y %} <script>alert(1)</script> ![x](http://x) '; DROP TABLE vote; -- \u202e \x00"


def test_a_hostile_comment_is_kept_as_written(world: World, request_: ApprovalRequest) -> None:
    world.decide(request_, "alma", comment=HOSTILE)
    (vote,) = world.find(Vote, request=request_.key)
    assert vote.comment == HOSTILE
    assert world.events()[-1]["data"]["statement"]["comment"] == HOSTILE


def test_a_secret_in_a_comment_is_replaced(world: World, request_: ApprovalRequest) -> None:
    world.decide(request_, "alma", comment="use AKIAABCDEFGHIJKLMNOP for it")
    (vote,) = world.find(Vote, request=request_.key)
    event = world.events()[-1]
    assert vote.comment == event["data"]["statement"]["comment"] == "use [redacted] for it"
    assert vote.statement_digest == sha256_of(event["data"]["statement"])


def test_the_first_of_two_votes_leaves_the_request_pending_and_the_second_approves(
    world: World, request_: ApprovalRequest
) -> None:
    world.decide(request_, "alma")
    assert world.get(ApprovalRequest, request_.key).state == "pending"
    world.decide(request_, "axel")
    request, version = world.get(ApprovalRequest, request_.key), world.get(Version, request_.subject)
    assert (request.state, version.review_state) == ("approved", "approved")
    assert request.valid_until == version.valid_until == world.now + timedelta(days=90)


def test_a_vote_contains_person_statement_and_proof(world: World, request_: ApprovalRequest) -> None:
    receipt = world.decide(request_, "alma")
    (vote,) = world.find(Vote, request=request_.key)
    stated = world.events()[-1]["data"]["statement"]
    assert (vote.printed_name, vote.proof, vote.decided_at) == ("Alma", "totp", world.now)
    assert (stated["from"], stated["to"], stated["approver"]) == ("validated", "approved", "alma")
    assert stated["evidence_sha256"] == request_.evidence_digest
    assert world.events()[-1]["actor"] == {"id": "alma", "auth": "totp"}
    assert receipt.rows[0] == vote


def test_a_rejection_rejects_the_version_with_its_reason(world: World, request_: ApprovalRequest) -> None:
    world.decide(request_, "alma")
    world.decide(request_, "axel", "reject", comment="the gap grew")
    version = world.get(Version, request_.subject)
    assert (version.review_state, version.state_reason) == ("rejected", "the gap grew")


def test_a_return_for_changes_leaves_the_version_unchanged(world: World, request_: ApprovalRequest) -> None:
    world.decide(request_, "alma", "return for changes")
    assert world.get(ApprovalRequest, request_.key).state == "returned"
    assert world.get(Version, request_.subject).review_state == "validated"


def test_a_recusal_is_not_counted(world: World, request_: ApprovalRequest) -> None:
    world.grant("outsider")
    world.decide(request_, "alma", "recuse")
    world.decide(request_, "axel")
    assert world.get(ApprovalRequest, request_.key).state == "pending"
    world.decide(request_, "outsider")
    assert world.get(ApprovalRequest, request_.key).state == "approved"


def test_an_approval_of_a_removed_person_no_longer_counts(world: World, request_: ApprovalRequest) -> None:
    world.grant("outsider")
    world.decide(request_, "alma")
    world.do(RevokePerson(person="alma", reason="fraud", proof=world.proof("adam")), by="adam")
    world.decide(request_, "axel")
    assert world.get(ApprovalRequest, request_.key).state == "pending"
    world.decide(request_, "outsider")
    assert world.get(ApprovalRequest, request_.key).state == "approved"


def test_a_condition_of_a_removed_person_becomes_no_finding(world: World, request_: ApprovalRequest) -> None:
    world.grant("outsider")
    condition = (Condition(text="measure the slices", due_at=world.now + timedelta(days=30)),)
    world.decide(request_, "alma", "approve with conditions", conditions=condition)
    world.do(RevokePerson(person="alma", reason="fraud", proof=world.proof("adam")), by="adam")
    for person in ("axel", "outsider"):
        world.decide(request_, person)
    assert (world.get(ApprovalRequest, request_.key).state, world.find(Finding)) == ("approved", [])


def test_conditions_become_findings_on_approval(world: World, request_: ApprovalRequest) -> None:
    due = world.now + timedelta(days=30)
    condition = (Condition(text="measure the slices", due_at=due),)
    world.decide(request_, "alma", "approve with conditions", conditions=condition)
    assert world.find(Finding) == []
    world.decide(request_, "axel", "approve with conditions", conditions=condition)
    findings = world.find(Finding, version=request_.subject)
    assert [(one.number, one.owner, one.raised_by, one.origin, one.due_at) for one in findings] == [
        (1, "olga", "alma", "condition", due),
        (2, "olga", "axel", "condition", due),
    ]
    assert world.digest(request_.subject) == request_.evidence_digest, "conditions do not void what they belong to"


def test_a_deputy_approves_during_their_time(world: World, request_: ApprovalRequest) -> None:
    world.grant("outsider", deputy_of="alma", to_at=world.now + timedelta(days=7))
    world.decide(request_, "outsider", deputy_of="alma")
    world.decide(request_, "axel")
    assert [one.deputy_of for one in world.find(Vote, request=request_.key)] == ["alma", None]
    assert world.get(ApprovalRequest, request_.key).state == "approved"


def test_the_whole_digest_confirms_too(world: World, request_: ApprovalRequest) -> None:
    world.decide(request_, "alma", confirmed=request_.request_digest)
    assert len(world.find(Vote, request=request_.key)) == 1


def test_a_lock_out_ends_after_its_time(world: World, request_: ApprovalRequest) -> None:
    for error in [ProofError] * 5 + [LockedOutError]:
        with pytest.raises(error):
            world.decide(request_, "alma", proof=WRONG)
    world.move(minutes=16)
    world.decide(request_, "alma")
    assert len(world.find(Vote, request=request_.key)) == 1


def test_a_second_environment_keeps_the_first_approval(world: World, request_: ApprovalRequest) -> None:
    for person in ("alma", "axel"):
        world.decide(request_, person)
    until = world.get(Version, request_.subject).valid_until
    staging = world.requested(request_.subject, environment="staging", approval_days=10)
    for person in ("alma", "axel"):
        world.decide(staging, person)
    assert world.get(Version, request_.subject).valid_until == until, "the longest approval is still valid"
    assert world.get(ApprovalRequest, staging.key).valid_until == world.now + timedelta(days=10)


def test_a_rejection_for_one_environment_keeps_the_approval_for_another(
    world: World, request_: ApprovalRequest
) -> None:
    for person in ("alma", "axel"):
        world.decide(request_, person)
    staging = world.requested(request_.subject, environment="staging")
    world.decide(staging, "alma", "reject")
    assert world.get(ApprovalRequest, staging.key).state == "rejected"
    assert world.get(Version, request_.subject).review_state == "approved"


def test_signatures_are_counted_by_role(world: World) -> None:
    required = (RequiredRole(role=Role.APPROVER), RequiredRole(role=Role.RISK_ACCEPTOR))
    request = world.requested(world.validated(world.version()), required=required)
    world.decide(request, "alma")
    world.decide(request, "axel")
    assert world.get(ApprovalRequest, request.key).state == "pending", "a second approver is not a risk acceptor"
    world.decide(request, "rita", role=Role.RISK_ACCEPTOR)
    assert world.get(ApprovalRequest, request.key).state == "approved"


def test_an_approval_on_a_waiver_is_revoked_with_the_waiver(world: World) -> None:
    version = world.validated(world.version())
    until = world.now + timedelta(days=4)
    waiver = world.do(RequestWaiver(version=version, control="auc", reason="no time", expires_at=until)).subject
    world.do(DecideWaiver(key=waiver, grant=True, proof=world.proof("rita")), by="rita")
    failed = Failed(reason="0.5 is under 0.6", remedy="train again")
    judgement = Judgement(control="auc", gate="performance", criterion="auc", verdict=failed, waived_by=waiver)
    request = world.requested(version, verdict_set=world.judge(version, "approve", judgement))
    for person in ("alma", "axel"):
        world.decide(request, person)
    world.do(RevokeWaiver(key=waiver, reason="worse than thought", proof=world.proof("rita")), by="rita")
    version_row = world.get(Version, version)
    assert version_row.review_state == "revoked"
    assert "worse than thought" in version_row.state_reason
    assert world.get(Waiver, waiver).state == "revoked"


def test_an_attempt_is_recorded_before_its_refusal(world: World, request_: ApprovalRequest) -> None:
    with pytest.raises(ProofError):
        world.decide(request_, "alma", proof=WRONG)
    assert [event["type"] for event in world.events()[-2:]] == ["credential.attempted", "command.refused"]


def test_no_file_contains_a_code_or_seed_in_plain_text(world: World, request_: ApprovalRequest) -> None:
    secrets = [world.phone(person).secret for person in ("alma", "axel", "adam")]
    command = world.decision(request_, "alma")
    secrets.append(command.proof.code)
    world.do(command, by="alma")
    assert command.proof.code not in repr(command)
    found = [path for path in world.home.root.rglob("*") if path.is_file() for text in secrets[:3]
             if text.encode() in path.read_bytes()]  # fmt: skip
    assert not found, "seeds are stored encrypted"
    texts = [world.home.journal.read_text(), world.home.anchor.read_text()]
    assert not [text for text in texts if f'"{command.proof.code}"' in text]
    assert world.home.keys.stat().st_mode & 0o077 == 0


def retirement(world: World, version: str) -> Retirement:
    return Retirement(
        key=f"{version}/retirement", subject=version, model=MODEL, reason="superseded", successor=None,
        sunset_at=world.now, quiet_days=7, state="planned", opened_by="olga", opened_at=world.now,
    )  # fmt: skip


def rollback(world: World, version: str) -> Deployment:
    return Deployment(
        key=f"{MODEL}/deployments/1", model=MODEL, version=version, environment="production", slot="champion",
        use="planning", state="deployed", request=None, from_at=world.now, run_id="run-1",
    )  # fmt: skip


OTHER_PURPOSES = {"retire": (retirement, "planned", "approved"), "ratify": (rollback, "unratified", "ratified")}


@pytest.mark.parametrize("decision,ends", [("approve", "approved"), ("reject", "rejected")])
@pytest.mark.parametrize("purpose", OTHER_PURPOSES)
@pytest.mark.usefixtures("rows_unchecked")
def test_votes_for_other_purposes_leave_the_version_unchanged(
    purpose: str, decision: str, ends: str, world: World, request_: ApprovalRequest
) -> None:
    make, now_is, becomes = OTHER_PURPOSES[purpose]
    subject = make(world, request_.subject)
    with world.registry.store.transaction() as connection:
        State(connection).apply(subject)
    request = world.requested(request_.subject, about=subject.key, purpose=purpose, verdict_set=None)
    for person in ("alma", "axel") if decision == "approve" else ("alma",):
        world.decide(request, person, decision)
    stated = world.events()[-1]["data"]["statement"]
    assert (stated["from"], stated["to"]) == (now_is, becomes if decision == "approve" else "rejected")
    assert world.get(ApprovalRequest, request.key).state == ends
    assert world.get(Version, request_.subject).review_state == "validated"
