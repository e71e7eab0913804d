"""Approval requests: opened on cleared, fresh evidence, once for each run; expired and withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from data.errors import (
    IllegalMoveError,
    InputError,
    ModelwardError,
    NotFoundError,
    RequestClosedError,
    StaleEvidenceError,
)
from data.records.approval import ApprovalRequest, RequiredRole
from data.records.model import Model
from data.records.person import Role
from data.records.verdict import Judgement, Unproven
from data.records.version import Version
from data.registry.approvals import request_digest
from data.registry.commands.approval import ExpireRequest, RequestApproval, WithdrawRequest
from data.registry.commands.deployment import BeginOperation, CompleteDeployment
from data.registry.commands.version import RejectVersion
from data.registry.rules.approval import subject_of
from tests.world import MODEL, World

OTHER = "sha256:" + "0" * 64


@pytest.fixture
def world(world_with_request: World) -> Iterator[World]:
    """The world with a pending request, its registry held open."""
    with world_with_request.registry.store.session():
        yield world_with_request


def asking(request: ApprovalRequest, world: World, **changes: Any) -> RequestApproval:
    """Return the command that opened the request."""
    fields = request.model_dump(include=set(RequestApproval.model_fields))
    return RequestApproval.model_validate({"about": request.subject, **fields, **changes})


REFUSED: dict[str, tuple[dict[str, Any], type[ModelwardError], str]] = {
    "a missing version": ({"about": f"{MODEL}/versions/9"}, NotFoundError, "no version"),
    "evidence that differs from the record": (
        {"evidence_digest": OTHER},
        StaleEvidenceError,
        "changed after it was read",
    ),
    "another artifact": ({"artifact_digest": OTHER}, StaleEvidenceError, "not the registered artifact"),
    "another standard than that of the verdicts": (
        {"standards_digest": OTHER},
        StaleEvidenceError,
        "latest verdict set",
    ),
    "older verdicts": ({"verdict_set": f"{MODEL}/versions/1/verdicts/1"}, StaleEvidenceError, "latest verdict set"),
    "an environment it was not judged for": ({"environment": "staging"}, StaleEvidenceError, "latest verdict set"),
    "a malformed environment": ({"environment": "Prod uction"}, InputError, "is not a valid environment"),
    "another tier": ({"tier": 4}, InputError, "the registered tier is 2"),
    "another change class": ({"change_class": "correction"}, InputError, "the registered change class is new"),
    "no signature in a role": (
        {"required": (RequiredRole(role=Role.OWNER, count=0),)},
        InputError,
        "requires no signature",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_wrong_request_is_not_opened(
    case: tuple[dict[str, Any], type[ModelwardError], str], world: World, request_: ApprovalRequest
) -> None:
    changes, error, words = case
    with pytest.raises(error, match=words):
        world.do(asking(request_, world, **changes), run_id="run-2")
    assert world.events()[-1]["data"]["attempted"] == "request approval"
    assert len(world.find(ApprovalRequest)) == 1


def test_a_request_with_a_past_expiry_is_not_opened(world: World, request_: ApprovalRequest) -> None:
    with pytest.raises(InputError, match="must be in the future"):
        world.do(asking(request_, world, expires_at=world.now), run_id="run-2")


def test_a_request_on_verdicts_that_are_not_cleared_is_refused(world: World, request_: ApprovalRequest) -> None:
    missing = Unproven(missing="intervals", remedy="measure more days")
    judgement = Judgement(control="performance", gate="performance", criterion="auc", verdict=missing)
    key = world.judge(request_.subject, "deploy", judgement)
    with pytest.raises(IllegalMoveError, match="not cleared: performance"):
        world.do(asking(request_, world, verdict_set=key), run_id="run-2")


def test_a_request_on_verdicts_of_stage_assess_is_refused(world: World) -> None:
    version = world.assessed(world.version())
    with pytest.raises(StaleEvidenceError, match="never judged"):
        world.requested(version, verdict_set=f"{version}/verdicts/1")


def test_a_request_on_a_rejected_version_is_refused(world: World, request_: ApprovalRequest) -> None:
    world.do(RejectVersion(version=request_.subject, reason="leak"))
    with pytest.raises(IllegalMoveError, match="can be approved in these states: approved, assessed, validated"):
        world.do(asking(request_, world), run_id="run-2")


def test_a_request_lists_everybody_who_may_not_sign(world: World) -> None:
    version = world.validated(world.version(contributors=("ann@example.org",), by="dev"))
    assert world.requested(version, by="olga").contributors == ("ann@example.org", "dev", "olga")


def test_a_request_lists_the_validators_when_the_standard_separates_them(world: World) -> None:
    version = world.validated(world.version())
    request = world.requested(version, apart_from_validator=True)
    assert request.contributors == ("dev", "vera")
    log = world.events()[0]["log"]
    assert request_digest(request.model_copy(update={"contributors": ("dev",)}), log) != request.request_digest


def test_the_digest_covers_the_fields_of_the_request_and_the_log(world: World, request_: ApprovalRequest) -> None:
    log = world.events()[0]["log"]
    assert request_digest(request_, log) == request_.request_digest
    assert request_digest(request_, "another log") != request_.request_digest
    for name in ("nonce", "subject", "environment", "use", "evidence_digest", "standards_digest", "requester"):
        assert request_digest(request_.model_copy(update={name: "x"}), log) != request_.request_digest, name


def test_a_repeated_step_gets_the_same_request(world: World, request_: ApprovalRequest) -> None:
    before = len(world.events())
    receipt = world.do(asking(request_, world, expires_at=world.now + timedelta(days=30)))
    assert receipt.rows == (request_,)
    assert (receipt.subject, world.events()[receipt.seq]["subject"]) == (request_.key, request_.key)
    assert len(world.events()) == before, "nothing was written"


def test_a_run_cannot_have_two_different_requests_pending(world: World, request_: ApprovalRequest) -> None:
    with pytest.raises(StaleEvidenceError, match="a different request on ops/delay v1 pending"):
        world.do(asking(request_, world, use="pricing"))


AGAIN = {
    "another run requests": {"run_id": "run-2"},
    "another person requests": {"by": "olga"},
    "the first was withdrawn": {"withdrawn": True},
    "the first has expired": {"days": 8},
}


@pytest.mark.parametrize("case", AGAIN.values(), ids=AGAIN)
def test_a_second_request_is_opened_when(case: dict[str, Any], world: World, request_: ApprovalRequest) -> None:
    if case.get("withdrawn"):
        world.do(WithdrawRequest(key=request_.key, reason="stale"))
    world.move(days=case.get("days", 0))
    command = asking(request_, world, expires_at=world.now + timedelta(days=1))
    receipt = world.do(command, by=case.get("by", "dev"), run_id=case.get("run_id", "run-1"))
    assert receipt.rows[0].key == f"{request_.subject}/requests/2"
    assert receipt.rows[0].nonce != request_.nonce


def test_a_request_expires_at_its_time_and_not_before(world: World, request_: ApprovalRequest) -> None:
    with pytest.raises(IllegalMoveError, match="expires at"):
        world.do(ExpireRequest(key=request_.key))
    world.now = request_.expires_at
    world.do(ExpireRequest(key=request_.key))
    assert world.get(ApprovalRequest, request_.key).state == "expired"


def test_a_withdrawn_request_cannot_be_closed_again(world: World, request_: ApprovalRequest) -> None:
    world.do(WithdrawRequest(key=request_.key, reason="its run died"))
    assert world.get(ApprovalRequest, request_.key).reason == "its run died"
    for command in (WithdrawRequest(key=request_.key, reason="again"), ExpireRequest(key=request_.key)):
        with pytest.raises(RequestClosedError, match="is withdrawn"):
            world.do(command)


def test_a_pending_request_allows_no_deployment(world: World, request_: ApprovalRequest) -> None:
    begin = BeginOperation(
        model=MODEL,
        kind="deploy",
        environment="production",
        version=request_.subject,
        request=request_.key,
        evidence_digest=request_.evidence_digest,
        standards_digest=request_.standards_digest,
        artifact_digest=request_.artifact_digest,
    )
    with pytest.raises(RequestClosedError, match="is pending, not approved"):
        world.do(begin)
    with pytest.raises(ModelwardError):
        world.do(CompleteDeployment(model=MODEL, manifest_digest=OTHER))


def test_the_subject_of_a_request_is_always_a_version(world: World, request_: ApprovalRequest) -> None:
    with world.registry.reading() as state:
        subject = subject_of(state, "deploy", request_.subject)
        assert (subject.version.key, subject.model.key, subject.state) == (request_.subject, MODEL, "validated")
        for purpose, key in (("retire", f"{request_.subject}/retirement"), ("ratify", f"{MODEL}/deployments/1")):
            with pytest.raises(NotFoundError):
                subject_of(state, purpose, key)
    assert world.get(Version, request_.subject).model == world.get(Model, MODEL).key
