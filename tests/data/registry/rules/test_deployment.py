"""Completed operations: one event each; the former deployment ends, the slot refers to what serves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from data.errors import (
    ConflictError,
    IllegalMoveError,
    IndependenceError,
    InputError,
    ModelwardError,
    NotAuthorisedError,
    ProofError,
    RequestClosedError,
)
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation, Slot
from data.records.monitoring import Incident
from data.registry.commands.deployment import CompleteDeployment, CompleteWithdrawal, RatifyDeployment
from data.registry.commands.version import RevokeVersion
from tests.operations import (
    MANIFEST,
    begin,
    begin_deploy,
    complete_deploy,
    complete_rollback,
    complete_suspension,
    deployed,
    roll_back,
    suspend,
    withdraw,
)
from tests.retirement_states import quiet
from tests.world import MODEL, World

SLOT = f"{MODEL}/slots/production/champion"


# -- deployment


def test_the_first_deployment_fills_the_slot(world: World, approved_request: ApprovalRequest) -> None:
    begin_deploy(world, approved_request)
    receipt = complete_deploy(world)
    row = world.get(Deployment, f"{MODEL}/deployments/1")
    assert (row.version, row.environment, row.slot, row.use) == (
        approved_request.subject,
        "production",
        "champion",
        "planning",
    )
    assert (row.state, row.request, row.from_at, row.to_at, row.run_id) == (
        "deployed",
        approved_request.key,
        world.now,
        None,
        "op-1",
    )
    slot = world.get(Slot, SLOT)
    assert (slot.version, slot.deployment, slot.manifest_digest) == (approved_request.subject, row.key, MANIFEST)
    assert world.get(Operation, f"{MODEL}/operation").state == "done"
    assert (receipt.subject, receipt.rows[0]) == (row.key, row)


@pytest.mark.usefixtures("serving")
def test_the_next_deployment_supersedes_the_former(world: World) -> None:
    second = deployed(world, "op-2")
    former = world.get(Deployment, f"{MODEL}/deployments/1")
    assert (former.state, former.to_at) == ("superseded", second.from_at)
    assert former.ended_reason == "superseded by ops/delay v2"
    slot = world.get(Slot, SLOT)
    assert (slot.version, slot.rev) == (second.version, 2)


def test_completing_a_deployment_twice_returns_the_same_receipt(world: World, serving: Deployment) -> None:
    again = complete_deploy(world)
    assert again.rows[0] == serving
    assert len(world.events("deployment.completed")) == 1


def test_a_deployment_is_not_completed_after_the_revocation_of_its_approval(
    world: World, approved_request: ApprovalRequest
) -> None:
    begin_deploy(world, approved_request)
    world.do(RevokeVersion(version=approved_request.subject, reason="a condition was late"))
    with pytest.raises(IllegalMoveError, match="cannot serve: it is revoked"):
        complete_deploy(world)
    assert world.find(Slot) == []


WRONG: dict[str, tuple[str, str, type[ModelwardError]]] = {
    "nothing was begun": ("", "op-1", IllegalMoveError),
    "something else was begun": ("suspend", "op-2", IllegalMoveError),
    "another run began it": ("deploy", "op-9", ConflictError),
    "it has no run id": ("deploy", "", ConflictError),
}


@pytest.mark.parametrize("begun, run_id, error", WRONG.values(), ids=WRONG.keys())
def test_a_completion_is_refused_when(begun: str, run_id: str, error: type[ModelwardError], world: World) -> None:
    deployed(world, "op-0")
    if begun == "suspend":
        begin(world, "suspend", run_id="op-2")
    request = world.approved()
    if begun == "deploy":
        begin_deploy(world, request, "op-2")
    with pytest.raises(error):
        complete_deploy(world, run_id)
    assert len(world.find(Deployment)) == 1


# -- rollback


def test_a_rollback_deploys_the_former_version_and_blocks_the_other(
    world: World, served_twice: tuple[Deployment, Deployment]
) -> None:
    first, second = served_twice
    passed = ({"version": f"{MODEL}/versions/3", "reason": "never served"},)
    row = roll_back(world, first.version, passed_over=passed)
    assert (row.version, row.rollback_of, row.request, row.use) == (first.version, second.key, first.request, first.use)
    assert (row.reason, row.passed_over, row.ratified_by) == ("it drifted", passed, None)
    left = world.get(Deployment, second.key)
    assert (left.state, left.ended_reason, left.to_at) == ("rolled_back", "it drifted", row.from_at)
    assert world.get(Slot, SLOT).version == first.version
    (incident,) = world.find(Incident)
    assert (incident.kind, incident.version, incident.blocking, incident.state) == (
        "rollback",
        second.version,
        True,
        "open",
    )
    assert (incident.opened_by, incident.deployment) == ("otto", row.key)


def test_a_rollback_after_a_suspension_does_not_change_the_suspended_deployment(
    world: World, served_twice: tuple[Deployment, Deployment]
) -> None:
    first, second = served_twice
    suspend(world)
    row = roll_back(world, first.version)
    assert row.rollback_of == second.key
    assert world.get(Deployment, second.key).state == "suspended"
    assert [one.kind for one in world.find(Incident)] == ["suspension", "rollback"]


def test_completing_a_rollback_twice_opens_one_incident(
    world: World, served_twice: tuple[Deployment, Deployment]
) -> None:
    first, _ = served_twice
    row = roll_back(world, first.version)
    assert complete_rollback(world).rows[0] == row
    assert len(world.find(Incident)) == 1


def test_a_rollback_is_not_completed_after_the_expiry_of_the_approval(
    world: World, served_twice: tuple[Deployment, Deployment]
) -> None:
    first, _ = served_twice
    begin(world, "rollback", first.version, "op-r")
    world.move(days=91)
    with pytest.raises(IllegalMoveError, match="its approval has expired"):
        complete_rollback(world)


def test_a_past_end_of_the_time_for_ratification_is_refused(
    world: World, served_twice: tuple[Deployment, Deployment]
) -> None:
    first, _ = served_twice
    begin(world, "rollback", first.version, "op-r")
    with pytest.raises(InputError, match="must be in the future"):
        complete_rollback(world, ratify_by=world.now)


# -- suspension and withdrawal


def test_a_suspension_empties_the_slot_and_records_the_fallback(world: World, serving: Deployment) -> None:
    row = suspend(world)
    assert (row.key, row.state, row.to_at) == (serving.key, "suspended", world.now)
    assert row.ended_reason == "it harms; fallback: the timetable"
    assert row.ratify_by == world.now + timedelta(days=2)
    slot = world.get(Slot, SLOT)
    assert (slot.version, slot.deployment) == (None, None)
    (incident,) = world.find(Incident)
    assert (incident.kind, incident.version, incident.deployment) == ("suspension", serving.version, serving.key)
    assert world.events("deployment.suspended")[0]["data"]["fallback"] == "the timetable"


@pytest.mark.usefixtures("serving")
def test_completing_a_suspension_twice_changes_nothing(world: World) -> None:
    row = suspend(world)
    assert complete_suspension(world).rows[0] == row
    assert len(world.find(Incident)) == 1


@pytest.mark.usefixtures("serving")
def test_a_completion_without_a_run_id_is_not_repeated(world: World) -> None:
    begin(world, "suspend", run_id="")
    complete_suspension(world, run_id="")
    with pytest.raises(IllegalMoveError, match="no suspend of ops/delay is under way"):
        complete_suspension(world, run_id="")


@pytest.mark.usefixtures("serving")
def test_a_withdrawal_ends_a_retired_version_once(world: World) -> None:
    quiet(world)
    ended = withdraw(world)
    assert (ended.state, ended.ended_reason, ended.to_at) == ("ended", "retired", world.now)
    again = CompleteWithdrawal(model=MODEL, manifest_digest=MANIFEST, reason="retired")
    assert world.do(again, by="otto", run_id="op-w").rows[0] == ended
    assert world.get(Slot, SLOT).version is None


@pytest.mark.usefixtures("serving")
def test_a_withdrawal_needs_its_own_operation(world: World) -> None:
    command = CompleteWithdrawal(model=MODEL, manifest_digest=MANIFEST, reason="retired")
    with pytest.raises(IllegalMoveError):
        world.do(command, by="otto", run_id="op-1")


@pytest.mark.usefixtures("serving")
def test_a_suspension_of_an_empty_slot_is_not_completed(world: World) -> None:
    begin(world, "suspend", run_id="op-s")
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE slot SET deployment = NULL")
    with pytest.raises(IllegalMoveError, match="nothing serves"):
        complete_suspension(world)


def test_a_rollback_without_a_former_deployment_is_not_completed(
    world: World, served_twice: tuple[Deployment, Deployment]
) -> None:
    first, _ = served_twice
    begin(world, "rollback", first.version, "op-r")
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE deployment SET environment = 'staging' WHERE version = ?", [first.version])
    with pytest.raises(IllegalMoveError, match="never served as production champion"):
        complete_rollback(world)


def test_two_slots_have_deployments_at_the_same_time(world: World, serving: Deployment) -> None:
    second = world.requested(slot="shadow")
    world.decide(second, "alma")
    world.decide(second, "axel")
    begin_deploy(world, world.get(type(second), second.key), "op-2")
    world.do(CompleteDeployment(model=MODEL, manifest_digest=MANIFEST), by="otto", run_id="op-2")
    assert world.get(Deployment, serving.key).state == "deployed"
    assert {one.slot: one.version for one in world.find(Slot)} == {
        "champion": serving.version,
        "shadow": second.subject,
    }


# -- ratification


@pytest.fixture
def rolled_back(world: World, served_twice: tuple[Deployment, Deployment]) -> Deployment:
    """A rollback by otto that nobody has ratified."""
    first, _ = served_twice
    return roll_back(world, first.version)


@pytest.mark.parametrize("person", ["olga", "alma"])
def test_an_owner_or_approver_ratifies(person: str, world: World, rolled_back: Deployment) -> None:
    world.do(RatifyDeployment(key=rolled_back.key, proof=world.proof(person)), by=person)
    assert world.get(Deployment, rolled_back.key).ratified_by == person
    (incident,) = world.find(Incident)
    assert incident.state == "acknowledged"
    assert world.events("deployment.ratified")[0]["actor"] == {"id": person, "auth": "totp"}


@pytest.mark.usefixtures("rows_unchecked")
def test_an_escalated_incident_stays_escalated_when_it_is_ratified(world: World, rolled_back: Deployment) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE incident SET state = 'escalated'")
    world.do(RatifyDeployment(key=rolled_back.key, proof=world.proof("alma")), by="alma")
    assert world.find(Incident)[0].state == "escalated"


REFUSED: dict[str, tuple[Callable[[World, Deployment], RatifyDeployment], type[ModelwardError], str]] = {
    "an ordinary deployment": (
        lambda world, row: RatifyDeployment(key=f"{MODEL}/deployments/1", proof=world.proof("alma")),
        IllegalMoveError,
        "needs no ratification",
    ),
    "after its time": (
        lambda world, row: (world.move(days=3), RatifyDeployment(key=row.key, proof=world.proof("alma")))[1],
        RequestClosedError,
        "could be ratified until",
    ),
    "with a wrong code": (
        lambda world, row: RatifyDeployment(
            key=row.key, proof=world.proof("alma").model_copy(update={"code": "000000"})
        ),
        ProofError,
        "is wrong",
    ),
    "by somebody in another role": (
        lambda world, row: RatifyDeployment(key=row.key, proof=world.proof("vera")),
        NotAuthorisedError,
        "neither the role owner nor approver",
    ),
}


@pytest.mark.parametrize("make, error, message", REFUSED.values(), ids=REFUSED.keys())
def test_a_ratification_is_refused(
    make: Callable[[World, Deployment], RatifyDeployment],
    error: type[ModelwardError],
    message: str,
    world: World,
    rolled_back: Deployment,
) -> None:
    command = make(world, rolled_back)
    with pytest.raises(error, match=message):
        world.do(command, by="alma")
    assert world.get(Deployment, rolled_back.key).ratified_by is None


@pytest.mark.usefixtures("rows_unchecked")
def test_nobody_ratifies_their_own_operation(world: World, served_twice: tuple[Deployment, Deployment]) -> None:
    first, _ = served_twice
    begin(world, "rollback", first.version, "op-r")
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE operation SET begun_by = 'alma'")
    row = complete_rollback(world).rows[0]
    with pytest.raises(IndependenceError, match="alma opened incident"):
        world.do(RatifyDeployment(key=row.key, proof=world.proof("alma")), by="alma")


def test_a_second_ratification_is_refused(world: World, rolled_back: Deployment) -> None:
    world.do(RatifyDeployment(key=rolled_back.key, proof=world.proof("alma")), by="alma")
    with pytest.raises(IllegalMoveError, match="was ratified by alma"):
        world.do(RatifyDeployment(key=rolled_back.key, proof=world.proof("axel")), by="axel")


def test_a_suspension_of_a_ratified_rollback_needs_its_own_ratification(world: World, rolled_back: Deployment) -> None:
    world.do(RatifyDeployment(key=rolled_back.key, proof=world.proof("alma")), by="alma")
    row = suspend(world)
    assert (row.key, row.ratified_by) == (rolled_back.key, None)
    world.do(RatifyDeployment(key=row.key, proof=world.proof("axel")), by="axel")
    assert [one.state for one in world.find(Incident)] == ["acknowledged", "acknowledged"]
