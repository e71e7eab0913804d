"""Attacks on the approval: each is refused by the rule that it breaks, and leaves one event and no row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from data.errors import (
    ConflictError,
    IllegalMoveError,
    IndependenceError,
    InputError,
    LockedOutError,
    ModelwardError,
    NotAuthorisedError,
    NotFoundError,
    ProofError,
    RequestClosedError,
    StaleEvidenceError,
)
from data.records.approval import ApprovalRequest, Condition, Vote
from data.records.model import PlannedTest
from data.records.person import Actor, Role
from data.records.review import Severity
from data.records.verdict import Failed, Judgement
from data.records.version import Version
from data.registry.command import Proof
from data.registry.commands.approval import WithdrawRequest
from data.registry.commands.model import RecordTestPlan
from data.registry.commands.person import EndRole, RevokePerson
from data.registry.commands.review import DecideWaiver, OpenFinding, RequestWaiver, RevokeWaiver
from data.registry.commands.version import RejectVersion
from data.registry.enrolment import enrol
from tests.world import MODEL, World

VoteAttack = Callable[[World, ApprovalRequest], object]
OTHER = "sha256:" + "0" * 64


@pytest.fixture
def world(world_with_request: World) -> Iterator[World]:
    """The world with a pending request, its registry held open."""
    with world_with_request.registry.store.session():
        yield world_with_request


def by_code(world: World, request: ApprovalRequest, person: str, code: str) -> object:
    return world.decide(request, person, proof=Proof(person=person, code=code))


def offset_code(steps: int) -> VoteAttack:
    """Vote with the code of another time step than the present one."""
    return lambda w, r: by_code(w, r, "alma", w.phone("alma").at(w.now + timedelta(seconds=30 * steps)))


def after(step: Callable[[World, ApprovalRequest], object], person: str = "alma", **changes: Any) -> VoteAttack:
    """Do `step`, then try an otherwise correct approval."""

    def attack(world: World, request: ApprovalRequest) -> object:
        step(world, request)
        return world.decide(request, person, **changes)

    return attack


def replayed(world: World, request: ApprovalRequest) -> object:
    code = world.code("alma")
    other = world.requested(world.validated(world.version()))
    command = world.decision(other, "alma", proof=Proof(person="alma", code=world.phone("alma").at(world.now)))
    world.do(command, by="alma")
    return by_code(world, request, "alma", world.phone("alma").at(world.now)) or code


def step_before_last(world: World, request: ApprovalRequest) -> object:
    other = world.requested(world.validated(world.version()))
    world.decide(other, "alma")
    return by_code(world, request, "alma", world.phone("alma").at(world.now - timedelta(seconds=30)))


def other_requests_tail(world: World, request: ApprovalRequest) -> object:
    other = world.requested(world.validated(world.version()))
    return world.decide(request, "alma", confirmed=other.request_digest[-8:])


def new_contributor(*names: str, by: str = "dev") -> VoteAttack:
    """Request approval of a version with these Git authors or this submitter; alma tries to approve it."""

    def attack(world: World, request: ApprovalRequest) -> object:
        version = world.version(contributors=names, by=by)
        other = world.requested(world.validated(version))
        return world.decide(other, "alma")

    return attack


def requested_by_alma(world: World, request: ApprovalRequest) -> object:
    other = world.requested(world.validated(world.version()), by="alma")
    return world.decide(other, "alma")


def elsewhere(**scope: Any) -> VoteAttack:
    """Make outsider an approver in another scope, then let outsider vote."""
    return after(lambda w, r: w.grant("outsider", **scope), "outsider")


def deputised(principal: str, days: float = 7) -> Callable[[World, ApprovalRequest], object]:
    """Make outsider the deputy of a person for some days."""
    return lambda w, r: w.grant("outsider", deputy_of=principal, to_at=w.now + timedelta(days=days))


def deputy_too_late(world: World, request: ApprovalRequest) -> object:
    deputised("alma", days=1)(world, request)
    world.move(days=2)
    return world.decide(request, "outsider", deputy_of="alma")


def deputy_of_nobody(world: World, request: ApprovalRequest) -> object:
    deputised("alma")(world, request)
    world.do(EndRole(person="alma", role=Role.APPROVER, reason="moved on", proof=world.proof("adam")), by="adam")
    return world.decide(request, "outsider", deputy_of="alma")


def deputy_of_the_revoked(world: World, request: ApprovalRequest) -> object:
    deputised("alma")(world, request)
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    return world.decide(request, "outsider", deputy_of="alma")


def deputy_of_a_contributor(world: World, request: ApprovalRequest) -> object:
    world.grant("dev")
    deputised("dev")(world, request)
    return world.decide(request, "outsider", deputy_of="dev")


def separated(world: World, person: str, **changes: Any) -> object:
    """Let outsider validate a version as deputy of vera under a standard that separates validation and approval."""
    world.grant("outsider", Role.VALIDATOR, deputy_of="vera", to_at=world.now + timedelta(days=7))
    for validator in ("outsider", "vera"):
        world.grant(validator)
    version = world.validated(world.version(), by="outsider")
    world.grant("rita", deputy_of="vera", to_at=world.now + timedelta(days=7))
    return world.decide(world.requested(version, apart_from_validator=True), person, **changes)


def deputy_beside_principal(world: World, request: ApprovalRequest) -> object:
    deputised("alma")(world, request)
    world.decide(request, "alma")
    return world.decide(request, "outsider", deputy_of="alma")


def revoked(world: World, request: ApprovalRequest) -> object:
    stolen = world.phone("alma")
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    return by_code(world, request, "alma", stolen.at(world.move(seconds=30)))


def seed_of_before(world: World, request: ApprovalRequest) -> object:
    stolen = world.phone("alma")
    enrol(world.registry, "alma", Actor(id="adam"), world.proof("adam"), world.now)
    return by_code(world, request, "alma", stolen.at(world.move(seconds=30)))


def brute_force(world: World, request: ApprovalRequest) -> object:
    for guess in range(5):
        with pytest.raises(ProofError, match="wrong"):
            by_code(world, request, "alma", f"{guess:06d}")
    return world.decide(request, "alma")


def spread_brute_force(world: World, request: ApprovalRequest) -> object:
    for guess in range(5):
        with pytest.raises(ProofError, match="wrong"):
            by_code(world, request, "alma", f"{guess:06d}")
        world.move(minutes=2)
    return world.decide(request, "alma")


def locked_and_late(world: World, request: ApprovalRequest) -> object:
    with pytest.raises(LockedOutError):
        brute_force(world, request)
    world.move(minutes=14)
    return world.decide(request, "alma")


def evidence_changes(world: World, request: ApprovalRequest) -> object:
    return world.measured(request.subject, auc=0.9)


def finding_raised(world: World, request: ApprovalRequest) -> object:
    due = world.now + timedelta(days=9)
    finding = OpenFinding(
        version=request.subject, severity=Severity.HIGH, title="leak", text="x", owner="dev", due_at=due
    )
    return world.do(finding, by="vera")


def plan_changes(world: World, request: ApprovalRequest) -> object:
    easy = PlannedTest(
        name="easy", kind="stress", metric="auc", dataset="held-out", threshold=0.1, rationale="passes anything"
    )
    return world.do(RecordTestPlan(model=MODEL, tests=(easy,)))


def judged_worse(world: World, request: ApprovalRequest) -> object:
    failed = Failed(reason="0.5 is under 0.6", remedy="train again")
    return world.judge(
        request.subject, "deploy", Judgement(control="performance", gate="performance", criterion="auc", verdict=failed)
    )


def waiver_expires(world: World, request: ApprovalRequest) -> object:
    version = world.validated(world.version())
    waiver = waived(world, version)
    other = world.requested(version, verdict_set=judge_waived(world, version, waiver))
    world.move(days=5)
    return world.decide(other, "alma")


def waiver_revoked(world: World, request: ApprovalRequest) -> object:
    version = world.validated(world.version())
    waiver = waived(world, version)
    other = world.requested(version, verdict_set=judge_waived(world, version, waiver))
    world.do(RevokeWaiver(key=waiver, reason="no", proof=world.proof("rita")), by="rita")
    return world.decide(other, "alma")


def waived(world: World, version: str) -> str:
    """Return the key of a granted waiver of the performance control, valid for four days."""
    until = world.now + timedelta(days=4)
    key = world.do(RequestWaiver(version=version, control="performance", reason="no time", expires_at=until)).subject
    world.do(DecideWaiver(key=key, grant=True, proof=world.proof("rita")), by="rita")
    return key


def judge_waived(world: World, version: str, waiver: str) -> str:
    """Record a verdict set that is cleared by a waiver alone; return its key."""
    failed = Failed(reason="0.5 is under 0.6", remedy="train again")
    judgement = Judgement(control="performance", gate="performance", criterion="auc", verdict=failed, waived_by=waiver)
    return world.judge(version, "approve", judgement)


def ended(decision: str) -> Callable[[World, ApprovalRequest], object]:
    return lambda w, r: w.decide(r, "axel", decision)


def completed(world: World, request: ApprovalRequest) -> object:
    world.grant("outsider")
    world.decide(request, "alma")
    world.decide(request, "axel")
    return world.decide(request, "outsider")


def double_vote(world: World, request: ApprovalRequest) -> object:
    world.decide(request, "alma")
    return world.decide(request, "alma")


def recused_then_approves(world: World, request: ApprovalRequest) -> object:
    world.decide(request, "alma", "recuse")
    return world.decide(request, "alma")


def with_changes(person: str = "alma", **changes: Any) -> VoteAttack:
    return lambda w, r: w.decide(r, person, **changes)


def past_condition(world: World, request: ApprovalRequest) -> object:
    late = (Condition(text="correct it", due_at=world.now),)
    return world.decide(request, "alma", "approve with conditions", conditions=late)


def empty_condition(world: World, request: ApprovalRequest) -> object:
    blank = (Condition(text="  ", due_at=world.now + timedelta(days=1)),)
    return world.decide(request, "alma", "approve with conditions", conditions=blank)


def long_condition(world: World, request: ApprovalRequest) -> object:
    long = (Condition(text="x" * 2_001, due_at=world.now + timedelta(days=1)),)
    return world.decide(request, "alma", "approve with conditions", conditions=long)


def many_conditions(world: World, request: ApprovalRequest) -> object:
    due = world.now + timedelta(days=1)
    many = tuple(Condition(text="correct it", due_at=due) for _ in range(21))
    return world.decide(request, "alma", "approve with conditions", conditions=many)


def unasked_conditions(world: World, request: ApprovalRequest) -> object:
    due = (Condition(text="correct it", due_at=world.now + timedelta(days=1)),)
    return world.decide(request, "alma", conditions=due)


def expired(world: World, request: ApprovalRequest) -> object:
    proof = world.proof("alma")
    world.now = request.expires_at
    code = world.phone("alma").at(world.now)
    return world.decide(request, "alma", proof=proof.model_copy(update={"code": code}))


ATTACKS: dict[str, tuple[VoteAttack, type[ModelwardError], str]] = {
    "a wrong code": (with_changes(proof=Proof(person="alma", code="000000")), ProofError, "is wrong"),
    "no code at all": (with_changes(proof=Proof(person="alma", code="")), ProofError, "is wrong"),
    "a code used for another request": (replayed, ProofError, "used already"),
    "the code of the step before the last used one": (step_before_last, ProofError, "used already"),
    "a code two steps old": (offset_code(-2), ProofError, "is wrong"),
    "a code of the next step": (offset_code(1), ProofError, "is wrong"),
    "another person's code": (lambda w, r: by_code(w, r, "alma", w.code("axel")), ProofError, "is wrong"),
    "the seed of a former enrolment": (seed_of_before, ProofError, "is wrong"),
    "guessing codes": (brute_force, LockedOutError, "locked out after 5 wrong codes"),
    "guessing codes slowly": (spread_brute_force, LockedOutError, "locked out"),
    "the right code before the lock-out ends": (locked_and_late, LockedOutError, "locked out"),
    "a malformed person id": (
        with_changes(proof=Proof(person="../alma", code="123456")), InputError, "is not a valid person id"
    ),
    "a person id with a quote": (
        with_changes(proof=Proof(person="a' OR '1", code="1")), InputError, "is not a valid person id"
    ),
    "a person not on the roster": (with_changes(proof=Proof(person="mallory", code="1")), NotAuthorisedError, "roster"),
    "a removed person": (revoked, NotAuthorisedError, "not on the roster"),
    "a person without a role": (with_changes("outsider"), NotAuthorisedError, "does not hold the role approver"),
    "an administrator without the role approver": (with_changes("adam"), NotAuthorisedError, "does not hold the role"),
    "a role that the request does not require": (
        with_changes("vera", role=Role.VALIDATOR), NotAuthorisedError, "does not require the role"
    ),
    "the role for another team": (elsewhere(team="sales"), NotAuthorisedError, "for team ops"),
    "the role for another tier": (elsewhere(tiers=(1,)), NotAuthorisedError, "tier 2"),
    "the role for another environment": (elsewhere(environment="staging"), NotAuthorisedError, "production"),
    "a role that was ended": (
        after(lambda w, r: w.do(EndRole(person="alma", role=Role.APPROVER, reason="x", proof=w.proof("adam")))),
        NotAuthorisedError, "does not hold the role",
    ),
    "an expired role": (
        after(lambda w, r: (w.grant("outsider", to_at=w.now + timedelta(days=1)), w.move(days=2)), "outsider"),
        NotAuthorisedError, "does not hold the role",
    ),
    "a role that begins later": (
        after(lambda w, r: w.grant("outsider", from_at=w.now + timedelta(days=1)), "outsider"),
        NotAuthorisedError, "does not hold the role",
    ),
    "the submitter, made an approver": (after(lambda w, r: w.grant("dev"), "dev"), IndependenceError, "asked for"),
    "a submitter when another person requested": (new_contributor("dev", by="alma"), IndependenceError, "submitted"),
    "a Git author by id": (new_contributor("dev", "alma"), IndependenceError, "worked on"),
    "a Git author by e-mail address": (new_contributor("dev", "ALMA@example.org"), IndependenceError, "worked on"),
    "a Git author as Git writes one": (
        new_contributor("dev", "A. Lovelace <alma@example.org>"), IndependenceError, "worked on"
    ),
    "a Git author by printed name": (new_contributor("dev", "alma  <a@private.org>"), IndependenceError, "worked on"),
    "the requester": (requested_by_alma, IndependenceError, "asked for this decision"),
    "a validator under a standard that separates the two": (
        lambda w, r: separated(w, "outsider"), IndependenceError, "outsider validated ops/delay v2 and cannot approve"
    ),
    "a person whose deputy validated the version": (
        lambda w, r: separated(w, "vera"), IndependenceError, "vera validated ops/delay v2"
    ),
    "a deputy of a person whose deputy validated the version": (
        lambda w, r: separated(w, "rita", deputy_of="vera"), IndependenceError, "vera validated ops/delay v2"
    ),
    "a deputy after their time": (deputy_too_late, NotAuthorisedError, "as deputy of 'alma'"),
    "a deputy of a person who lost the role": (deputy_of_nobody, NotAuthorisedError, "as deputy of 'alma'"),
    "a deputy of a removed person": (deputy_of_the_revoked, NotAuthorisedError, "as deputy of 'alma'"),
    "a deputy of a contributor": (deputy_of_a_contributor, IndependenceError, "asked for"),
    "an undeclared deputy": (after(deputised("alma"), "outsider"), NotAuthorisedError, "does not hold"),
    "a deputy without a grant": (with_changes("outsider", deputy_of="alma"), NotAuthorisedError, "deputy of 'alma'"),
    "an approver posing as deputy": (with_changes("axel", deputy_of="alma"), NotAuthorisedError, "deputy of 'alma'"),
    "the digest of another request": (other_requests_tail, StaleEvidenceError, "not the digest of the request"),
    "the digest of the evidence": (
        lambda w, r: w.decide(r, "alma", confirmed=r.evidence_digest), StaleEvidenceError, "not the digest"
    ),
    "a digest of zeros": (with_changes(confirmed="00000000"), StaleEvidenceError, "not the digest"),
    "other evidence recomputed": (with_changes(evidence_digest=OTHER), StaleEvidenceError, "evidence on"),
    "another standard recomputed": (with_changes(standards_digest=OTHER), StaleEvidenceError, "standard for"),
    "another artifact recomputed": (with_changes(artifact_digest=OTHER), StaleEvidenceError, "artifact of"),
    "evidence measured again": (after(evidence_changes), StaleEvidenceError, "changed after it was read"),
    "a finding raised meanwhile": (after(finding_raised), StaleEvidenceError, "changed after it was read"),
    "a test plan made easier meanwhile": (after(plan_changes), StaleEvidenceError, "changed after it was read"),
    "judged again, and failed": (after(judged_worse), IllegalMoveError, "not cleared: performance"),
    "a waiver that expired meanwhile": (waiver_expires, StaleEvidenceError, "has expired"),
    "a waiver revoked meanwhile": (waiver_revoked, StaleEvidenceError, "changed after it was read"),
    "a version rejected meanwhile": (
        after(lambda w, r: w.do(RejectVersion(version=r.subject, reason="leak"))), IllegalMoveError, "is rejected"
    ),
    "another run's command": (with_changes(run_id="run-2"), RequestClosedError, "another run"),
    "an expired request": (expired, RequestClosedError, "expired at"),
    "a withdrawn request": (
        after(lambda w, r: w.do(WithdrawRequest(key=r.key, reason="stale"))), RequestClosedError, "is withdrawn"
    ),
    "approving after a rejection": (after(ended("reject")), RequestClosedError, "is rejected"),
    "approving after a return": (after(ended("return for changes")), RequestClosedError, "is returned"),
    "approving after the approval": (completed, RequestClosedError, "is approved"),
    "voting twice": (double_vote, ConflictError, "a vote by or for alma on this request is recorded already"),
    "approving after recusing": (recused_then_approves, ConflictError, "a vote by or for alma"),
    "a deputy after the person they represent": (deputy_beside_principal, ConflictError, "a vote by or for alma"),
    "a missing request": (
        lambda w, r: w.do(w.decision(r, "alma", key=r.key + "9"), by="alma"), NotFoundError, "no approval request"
    ),
    "a condition that is overdue already": (past_condition, InputError, "must be in the future"),
    "a condition without text": (empty_condition, InputError, "a condition has no text"),
    "a condition that is too long": (long_condition, InputError, "at most 2,000 characters"),
    "too many conditions": (many_conditions, InputError, "at most 20 conditions"),
    "conditions in a plain approval": (unasked_conditions, InputError, "`approve` takes no conditions"),
    "an approval with conditions that has none": (
        lambda w, r: w.decide(r, "alma", "approve with conditions"), InputError, "needs at least one condition"
    ),
    "a signature without meaning": (with_changes(meaning="  "), InputError, "meaning of the signature is empty"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused_and_recorded(
    attack: tuple[VoteAttack, type[ModelwardError], str], world: World, request_: ApprovalRequest
) -> None:
    act, error, words = attack
    with pytest.raises(error, match=words) as refusal:
        act(world, request_)
    last = world.events()[-1]
    assert (last["type"], last["data"]["attempted"]) == ("command.refused", "decide")
    assert (last["data"]["code"], last["rows"]) == (refusal.value.code, [])
    assert refusal.value.remedy
    votes = [event for event in world.events("approval.decided") if event["subject"] == request_.key]
    assert len(world.find(Vote, request=request_.key)) == len(votes), "a refused vote left no row"
    expected = {"approved"} if "is approved" in words else {"assessed", "validated", "rejected"}
    assert world.get(Version, request_.subject).review_state in expected
