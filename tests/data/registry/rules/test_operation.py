"""Operations: one at a time on a model, and a deployment only as it was approved."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from data.errors import (
    BusyError,
    ConflictError,
    IllegalMoveError,
    InputError,
    ModelwardError,
    NotFoundError,
    RequestClosedError,
    StaleEvidenceError,
)
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation
from data.records.evidence import sha256_of
from data.records.model import Model
from data.registry.commands.deployment import BeginOperation, UndoOperation
from data.registry.commands.version import RevokeVersion
from data.registry.rules.operation import deployment_of_run, running_operation
from tests.operations import begin, begin_deploy, deploy, deploy_command, deployed, roll_back, suspend
from tests.world import MODEL, World

KEY = f"{MODEL}/operation"
ELSE = sha256_of("something else")


def test_an_operation_is_recorded_when_it_begins(world: World, approved_request: ApprovalRequest) -> None:
    begin_deploy(world, approved_request, former_manifest="{}")
    row = world.get(Operation, KEY)
    assert (row.kind, row.state, row.version, row.request) == (
        "deploy",
        "running",
        approved_request.subject,
        approved_request.key,
    )
    assert (row.former_version, row.former_manifest, row.run_id, row.begun_by) == (None, "{}", "op-1", "otto")
    with world.registry.reading() as state:
        assert running_operation(state, MODEL) == row
        assert deployment_of_run(state, MODEL, "op-1") is None


def test_a_run_that_begins_again_gets_its_running_operation(world: World, approved_request: ApprovalRequest) -> None:
    first = begin_deploy(world, approved_request)
    again = begin_deploy(world, approved_request)
    assert again.rows == first.rows
    assert again.seq == first.seq
    assert len(world.events("operation.begun")) == 1


def test_another_run_gets_an_error_with_run_and_begin_of_the_operation(
    world: World, approved_request: ApprovalRequest
) -> None:
    begin_deploy(world, approved_request, run_id="op-1")
    since = f"{world.now:%Y-%m-%d %H:%M}"
    with pytest.raises(BusyError, match=f"a deploy of ops/delay is under way by run op-1 since {since} UTC"):
        begin_deploy(world, approved_request, run_id="op-2")


@pytest.mark.usefixtures("serving")
def test_the_same_run_cannot_begin_another_operation(world: World) -> None:
    begin(world, "suspend", run_id="op-2")
    with pytest.raises(BusyError):
        begin(world, "rollback", f"{MODEL}/versions/1", run_id="op-2")


def test_of_eight_simultaneous_runs_one_begins(world: World, approved_request: ApprovalRequest) -> None:
    command = deploy_command(world, approved_request)

    def race(number: int) -> str:
        try:
            world.do(command, by="otto", run_id=f"race-{number}")
        except BusyError:
            return "busy"
        return "begun"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(race, range(8)))
    assert sorted(outcomes) == ["begun"] + ["busy"] * 7
    assert len(world.events("operation.begun")) == 1


ENDING: dict[str, Any] = {"rollback": f"{MODEL}/versions/1", "suspend": None}


@pytest.mark.parametrize("kind", ENDING)
def test_an_operation_does_not_end_another_deployment_than_expected(
    kind: str, world: World, served_twice: tuple[Deployment, Deployment]
) -> None:
    first, second = served_twice
    with pytest.raises(ConflictError, match="no longer serves as production champion of ops/delay; another one does"):
        begin(world, kind, ENDING[kind], expected_deployment=first.key)
    begin(world, kind, ENDING[kind], expected_deployment=second.key)
    assert world.get(Operation, KEY).state == "running"


def test_an_operation_is_refused_when_nothing_serves_instead_of_the_expected_deployment(
    world: World, serving: Deployment
) -> None:
    suspend(world)
    with pytest.raises(ConflictError, match="nothing does"):
        begin(world, "suspend", expected_deployment=serving.key)


def test_two_models_have_operations_at_the_same_time(world: World, approved_request: ApprovalRequest) -> None:
    begin_deploy(world, approved_request)
    other = world.approved(world.validated(world.version("models/ops/other")))
    begin_deploy(world, other, run_id="op-2")
    assert world.get(Operation, "models/ops/other/operation").state == "running"


def test_after_an_undone_operation_another_one_begins(world: World, approved_request: ApprovalRequest) -> None:
    begin_deploy(world, approved_request)
    world.do(UndoOperation(model=MODEL, reason="the disk was full"), by="otto", run_id="op-1")
    row = world.get(Operation, KEY)
    assert (row.state, row.reason, row.ended_at) == ("undone", "the disk was full", world.now)
    begin_deploy(world, approved_request, run_id="op-2")
    row = world.get(Operation, KEY)
    assert (row.state, row.reason, row.ended_at, row.run_id) == ("running", "", None, "op-2")


UNDO: dict[str, tuple[bool, str, type[ModelwardError], str]] = {
    "no operation is under way": (False, "op-1", IllegalMoveError, "leave it: there is nothing to undo"),
    "the operation is another run's": (True, "op-2", ConflictError, "let that run continue"),
    "the undoing names no run": (True, "", ConflictError, "let that run continue"),
}


@pytest.mark.parametrize("begun, run_id, error, remedy", UNDO.values(), ids=UNDO.keys())
def test_an_undo_is_refused_when(
    begun: bool, run_id: str, error: type[ModelwardError], remedy: str, world: World, approved_request: ApprovalRequest
) -> None:
    if begun:
        begin_deploy(world, approved_request)
    with pytest.raises(error, match=remedy):
        world.do(UndoOperation(model=MODEL, reason="why"), by="otto", run_id=run_id)
    assert world.events("operation.undone") == []


# -- deploy: each precondition, checked again when the lock is taken


def test_the_deployment_of_a_run_is_found(world: World) -> None:
    deployment = deployed(world)
    with world.registry.reading() as state:
        assert deployment_of_run(state, MODEL, "op-1") == deployment
        assert deployment_of_run(state, MODEL, "") is None


DIFFERENT: dict[str, tuple[dict[str, Any], type[ModelwardError], str]] = {
    "no version is stated": ({"version": None}, InputError, "no version is given for the deploy in"),
    "no request is stated": ({"request": None}, InputError, "has no approval request"),
    "the request does not exist": (
        {"request": "models/ops/delay/versions/1/requests/9"},
        NotFoundError,
        "there is no approval request",
    ),
    "the request is for another environment": ({"environment": "staging"}, IllegalMoveError, "not to deploy"),
    "the request is for another slot": ({"slot": "shadow"}, IllegalMoveError, "not to deploy"),
    "the evidence is not what was approved": ({"evidence_digest": ELSE}, StaleEvidenceError, "the evidence of"),
    "the standard is not what was approved": ({"standards_digest": ELSE}, StaleEvidenceError, "the standard of"),
    "the artifact is not what was approved": ({"artifact_digest": ELSE}, StaleEvidenceError, "the artifact of"),
}


@pytest.mark.parametrize("changes, error, message", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_a_deployment_is_refused_when(
    changes: dict[str, Any], error: type[ModelwardError], message: str, world: World, approved_request: ApprovalRequest
) -> None:
    with pytest.raises(error, match=message):
        begin_deploy(world, approved_request, **changes)
    assert world.find(Operation) == []


def later(world: World, request: ApprovalRequest) -> None:
    world.move(days=91)


def revoked(world: World, request: ApprovalRequest) -> None:
    world.do(RevokeVersion(version=request.subject, reason="a condition was late"))


def measured_again(world: World, request: ApprovalRequest) -> None:
    world.measured(request.subject, auc=0.71)


def other_champion(world: World, request: ApprovalRequest) -> None:
    deployed(world, run_id="op-0")


MEANWHILE: dict[str, tuple[Callable[[World, ApprovalRequest], None], type[ModelwardError], str]] = {
    "the approval expired": (later, RequestClosedError, "has expired"),
    "the version was revoked": (revoked, IllegalMoveError, "it is revoked, not approved .a condition was late."),
    "another champion was deployed": (
        other_champion,
        StaleEvidenceError,
        "judged against no champion; ops/delay v2",
    ),
}


@pytest.mark.parametrize("happened, error, message", MEANWHILE.values(), ids=MEANWHILE.keys())
def test_a_deployment_is_refused_when_meanwhile(
    happened: Callable[[World, ApprovalRequest], None],
    error: type[ModelwardError],
    message: str,
    world: World,
    approved_request: ApprovalRequest,
) -> None:
    happened(world, approved_request)
    with pytest.raises(error, match=message):
        begin_deploy(world, approved_request)


def test_changed_evidence_is_noticed_even_with_the_old_digest_in_the_command(
    world: World, approved_request: ApprovalRequest
) -> None:
    measured_again(world, approved_request)
    with pytest.raises(StaleEvidenceError, match="the evidence of ops/delay v1"):
        begin_deploy(world, approved_request, evidence_digest=approved_request.evidence_digest)


def test_a_pending_request_is_not_deployed(world: World) -> None:
    request = world.requested()
    with pytest.raises(RequestClosedError, match="is pending, not approved"):
        begin_deploy(world, request)


def test_a_champion_may_be_deployed_again(world: World, serving: Deployment) -> None:
    request = world.get(ApprovalRequest, serving.request or "")
    again = deploy(world, request, run_id="op-2")
    assert again.key == f"{MODEL}/deployments/2"


def test_a_suspended_version_is_not_deployed_while_its_incident_is_open(world: World, serving: Deployment) -> None:
    request = world.get(ApprovalRequest, serving.request or "")
    suspend(world)
    with pytest.raises(IllegalMoveError, match="an open incident blocks ops/delay v1"):
        begin_deploy(world, request, run_id="op-2")


def test_a_version_of_a_retired_model_is_not_deployed(world: World, approved_request: ApprovalRequest) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE model SET state = 'retired'")
    assert world.get(Model, MODEL).state == "retired"
    with pytest.raises(IllegalMoveError, match="is retired"):
        begin_deploy(world, approved_request)


def test_a_request_without_verdicts_is_not_deployed(world: World, approved_request: ApprovalRequest) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE approval_request SET verdict_set = NULL")
    with pytest.raises(StaleEvidenceError, match="has no recorded verdict set"):
        begin_deploy(world, approved_request)


def test_a_version_of_another_model_is_refused(world: World) -> None:
    world.version()
    other = world.version("models/ops/other")
    with pytest.raises(InputError, match="is not a version of ops/delay"):
        begin(world, "suspend", other)


# -- rollback, suspension, withdrawal


ROLLBACKS: dict[str, tuple[str, str]] = {
    "to a version that never served": ("3", "never served"),
    "to the version that serves": ("2", "is the version to be rolled back"),
}


@pytest.mark.parametrize("number, message", ROLLBACKS.values(), ids=ROLLBACKS.keys())
@pytest.mark.usefixtures("served_twice")
def test_a_rollback_is_refused(number: str, message: str, world: World) -> None:
    world.version()
    with pytest.raises(IllegalMoveError, match=message):
        begin(world, "rollback", f"{MODEL}/versions/{number}")


def test_a_rollback_is_refused_where_nothing_served(world: World) -> None:
    with pytest.raises(IllegalMoveError, match="never served as production champion"):
        begin(world, "rollback", world.version())


def test_a_rollback_to_a_revoked_version_is_refused(world: World, served_twice: tuple[Deployment, Deployment]) -> None:
    first, _ = served_twice
    world.do(RevokeVersion(version=first.version, reason="a condition was late"))
    with pytest.raises(IllegalMoveError, match="a rollback to ops/delay v1 is not allowed: it is revoked"):
        begin(world, "rollback", first.version)


def test_a_rollback_to_a_version_that_was_rolled_back_is_refused(
    world: World, served_twice: tuple[Deployment, Deployment]
) -> None:
    first, second = served_twice
    roll_back(world, first.version)
    with pytest.raises(IllegalMoveError, match="rolled back or suspended before; an open incident blocks it"):
        begin(world, "rollback", second.version)


def test_a_suspension_without_a_version_is_about_the_one_that_serves(world: World, serving: Deployment) -> None:
    begin(world, "suspend", run_id="op-s")
    assert world.get(Operation, KEY).version == serving.version


STOPS = {"nothing serves there": "staging", "another version serves there": "production"}


@pytest.mark.parametrize("environment", STOPS.values(), ids=STOPS.keys())
@pytest.mark.usefixtures("serving")
def test_a_suspension_is_refused_when(environment: str, world: World) -> None:
    other = world.version()
    with pytest.raises(IllegalMoveError, match="does not serve"):
        begin(world, "suspend", other, environment=environment)
    with pytest.raises(InputError, match="nothing serves as staging champion of ops/delay"):
        begin(world, "suspend", None, environment="staging")


@pytest.mark.usefixtures("serving")
def test_a_withdrawal_without_a_quiet_retirement_is_refused(world: World) -> None:
    with pytest.raises(IllegalMoveError, match="was not opened; only a quiet version can be withdrawn"):
        begin(world, "withdraw")


def test_an_unknown_model_and_a_name_with_a_slash_are_refused(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.do(BeginOperation(model="models/ops/none", kind="suspend", environment="production", version=None))
    world.version()
    with pytest.raises(InputError):
        begin(world, "suspend", None, environment="a/b")
