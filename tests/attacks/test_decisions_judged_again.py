"""Attack: the writer is made to accept a decision that its rules refuse, and every trace but the event is removed.

Either a row was edited behind the application's back and restored after the decision, or the program that wrote the
log was changed. The log, the journal, the checkpoints and the tables agree with each other. Only judging each
decision again finds it.

Result: Found at the right event.
Caught in: `data/audit/verifier/judges/`: `audit verify --deep` judges each decision again, against the rows as the
log had them
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from data.audit.verifier import Report, verify
from data.errors import LockedOutError, ProofError
from data.records.approval import ApprovalRequest
from data.records.events import EventType
from data.records.person import Actor, Role, RoleGrant
from data.records.run_context import RunContext
from data.registry.command import CommandResult, Proof
from data.registry.commands.approval import WithdrawRequest
from data.registry.commands.person import GrantRole
from data.registry.commands.review import DecideWaiver, RequestWaiver
from data.registry.commands.version import RevokeVersion
from data.registry.registry import Receipt
from data.registry.rules import operation, proof
from data.registry.rules.all import RULES
from tests.operations import begin_deploy, prepared
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry

RULE = "data.registry.rules"
VoteForgery = Callable[[World, ApprovalRequest, pytest.MonkeyPatch], int]


@pytest.fixture(scope="module")
def asking(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world with a pending request for two approvers, to be copied."""
    return prepared(founded, tmp_path_factory.mktemp("asking") / "home", lambda world: world.requested())


@pytest.fixture
def world(asking: Template, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose writer does not compare rows with the log, so that only the verifier can find an edited row."""
    monkeypatch.setattr("data.registry.command_batch.CommandBatch._check_rows", lambda *_: None, raising=False)
    return asking.copy(tmp_path / "home", monkeypatch)


def checked(world: World) -> Report:
    home = world.registry.home
    return verify(home.database, home.journal, world.registry.anchor_files, None, deep=True)


def pending(world: World) -> ApprovalRequest:
    return world.find(ApprovalRequest, state="pending")[0]


def edit(world: World, statement: str, *values: object) -> None:
    """Edit the file of the registry behind the application's back."""
    with duckdb.connect(str(world.registry.home.database)) as connection:
        connection.execute(statement, list(values) or None)


def nothing(*_: object, **__: object) -> None:
    return None


def without_role(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.decision.grants_for", lambda *_, **__: [SimpleNamespace(deputy_of=None)])
    return world.decide(request, "outsider").seq


def by_the_author(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    world.grant("dev", Role.APPROVER)
    patch.setattr(f"{RULE}.decision.require_allowed_signer", nothing)
    return world.decide(request, "dev").seq


def twice(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    world.decide(request, "alma")
    patch.setattr(f"{RULE}.decision._check_first_vote", nothing)
    return world.decide(request, "alma").seq


def too_few(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.decision.outcome", lambda *_: "approved")
    return world.decide(request, "alma").seq


def too_late(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.decision._check_open", nothing)
    world.move(days=8)
    return world.decide(request, "alma").seq


def with_a_used_code(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.decision.prove", _proven_at(0))
    return world.decide(request, "axel").seq


def with_a_future_code(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.decision.prove", _proven_at(10**9))
    return world.decide(request, "axel").seq


def _proven_at(step: int) -> Callable[..., proof.Proven]:
    """Return a check of a proof that accepts every code, as one of this time step."""

    def prove(state: Any, given: Proof, context: Any) -> proof.Proven:
        credential = proof.active_credential(state, given.person)
        assert credential is not None
        row = credential.changed(last_step=step, failed_at=(), locked_until=None)
        return proof.Proven(Actor(id=given.person, auth="totp"), (row,), credential.key)

    return prove


def without_counting(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    command = world.decision(request, "alma")
    (receipt,) = world.registry._commit([command], RunContext(Actor(id="alma"), world.now, request.run_id))
    assert isinstance(receipt, Receipt)
    return receipt.seq


def with_another_statement(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.decision.statement_digest", lambda _: "sha256:" + "0" * 64)
    return world.decide(request, "alma").seq


def on_changed_evidence(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.decision.check_deployable", nothing)
    world.measured(request.subject, auc=0.5)
    return world.decide(request, "alma").seq


def deployed_before_approval(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setitem(operation.PRECONDITIONS, "deploy", nothing)
    return begin_deploy(world, request).seq


def validated_by_the_author(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.review.require_signer", nothing)
    world.validated(world.version(), by="dev")
    return world.events()[-1]["seq"]  # type: ignore[no-any-return]


def own_waiver(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    until = world.now + timedelta(days=30)
    waiver = RequestWaiver(version=request.subject, control="CMP-1", reason="no time", expires_at=until)
    key = world.do(waiver, by="alma").subject
    patch.setattr(f"{RULE}.waiver.require_signer", nothing)
    return world.do(DecideWaiver(key=key, grant=True, proof=world.proof("alma")), by="alma").seq


def role_by_anybody(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.person.administrator", lambda state, given, context, **_: proof.prove(state, given, context))
    command = GrantRole(person="outsider", role=Role.APPROVER, proof=world.proof("dev"))
    return world.do(command).seq


def illegal_move(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    patch.setattr(f"{RULE}.version.check_review_move", nothing)
    return world.do(RevokeVersion(version=request.subject, reason="no reason")).seq


def with_another_row(world: World, request: ApprovalRequest, patch: pytest.MonkeyPatch) -> int:
    grant = RoleGrant(
        key="people/outsider/roles/1", person="outsider", role=Role.APPROVER, from_at=world.now, granted_by="adam"
    )

    def forged(state: Any, command: WithdrawRequest, context: Any) -> CommandResult:
        return CommandResult(EventType.APPROVAL_WITHDRAWN, command.key, (grant,), {"reason": command.reason})

    patch.setitem(RULES, WithdrawRequest, forged)
    return world.do(WithdrawRequest(key=request.key, reason="nothing")).seq


ATTACKS: dict[str, tuple[VoteForgery, str]] = {
    "a vote without the role": (without_role, "outsider did not hold the role approver"),
    "a vote by a person who worked on the version": (by_the_author, "dev worked on"),
    "a second vote of the same person": (twice, "a vote by or for alma was recorded before"),
    "an approval with too few votes": (too_few, "the votes give the outcome pending"),
    "a vote after the request expired": (too_late, "the request expired at"),
    "a code that is older than the last one": (with_a_used_code, "is not later than the last one"),
    "a code of another time": (with_a_future_code, "was not valid at the time of the event"),
    "an attempt that was not counted": (without_counting, "no attempt of alma to decide was counted"),
    "a statement with another digest": (with_another_statement, "statement_digest"),
    "a vote on evidence that changed": (on_changed_evidence, "the evidence on"),
    "a deployment before the approval": (deployed_before_approval, "pending, not approved"),
    "a validation without the role": (validated_by_the_author, "dev did not hold the role validator"),
    "a waiver granted by its requester": (own_waiver, "alma asked for this decision"),
    "a role granted by somebody else": (role_by_anybody, "dev was not an administrator"),
    "a move that is not legal": (illegal_move, "was validated and cannot become revoked"),
    "a withdrawal that also grants a role": (with_another_row, "cannot write the table role_grant"),
}


@pytest.mark.parametrize("attack,says", ATTACKS.values(), ids=ATTACKS)
def test_what_a_changed_writer_accepted_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, attack: VoteForgery, says: str
) -> None:
    with world.registry.session(), monkeypatch.context() as patch:
        seq = attack(world, pending(world), patch)
    report = checked(world)
    assert report.first_bad_seq == seq, report.findings
    assert says in report.findings[0].what


def test_a_role_that_was_edited_for_one_vote_is_found(world: World) -> None:
    request = pending(world)
    assert checked(world).findings == []
    edit(world, "UPDATE role_grant SET person = 'outsider' WHERE person = 'alma'")
    seq = world.decide(request, "outsider").seq
    edit(world, "UPDATE role_grant SET person = 'alma' WHERE person = 'outsider'")
    report = checked(world)
    assert report.first_bad_seq == seq
    where = "for team ops, tier 2, production"
    what = f"no correct writer writes this approval.decided: outsider did not hold the role approver {where}"
    assert [found.what for found in report.findings] == [what]


def test_attempts_that_were_forgotten_for_one_vote_are_found(world: World) -> None:
    request = pending(world)
    for _ in range(6):
        with pytest.raises((ProofError, LockedOutError)):
            world.decide(request, "alma", proof=Proof(person="alma", code="000000"))
    before = world.events()[-1]["seq"]
    edit(world, "UPDATE credential SET failed_at = '[]', locked_until = NULL WHERE person = 'alma'")
    seq = world.decide(request, "alma").seq
    report = checked(world)
    assert before < (report.first_bad_seq or 0) < seq, report.findings


def test_a_vote_that_was_inserted_for_one_count_is_found(world: World) -> None:
    request = pending(world)
    world.decide(request, "alma")
    edit(world, "CREATE TEMP TABLE forged AS SELECT * FROM vote; UPDATE forged SET key = key || '0', person = 'olga', "
         "credential = 'people/olga/credentials/1'; INSERT INTO vote SELECT * FROM forged")  # fmt: skip
    seq = world.decide(request, "axel").seq
    edit(world, "DELETE FROM vote WHERE person = 'olga'")
    assert checked(world).first_bad_seq == seq
