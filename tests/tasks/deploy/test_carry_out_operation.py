"""An operation records intent, act and verified outcome; after any fault the former version serves again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from data.audit.journal import Journal, JournalEntry
from data.errors import ArtifactError, BusyError, IllegalMoveError, InputError, JournalError, PublishError
from data.files.serving import FileTarget, ServingTarget, SlotAddress
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.deployment import BeginOperation, CompleteDeployment
from data.registry.registry import Receipt
from tasks.deploy.carry_out_operation import ServingChange, carry_out
from tasks.deploy.lock_operation import operation_lock
from tests.judged_model import DEV
from tests.operations import Preparations, deploy_command
from tests.world import MODEL, Template, World

PLACE = SlotAddress(MODEL)


@pytest.fixture(scope="module")
def preparations(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Preparations:
    """The world with version 1 approved."""
    return Preparations(founded, tmp_path_factory.mktemp("preparations"), {"approved": World.approved})


@pytest.fixture
def world(preparations: Preparations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of that world for one test."""
    return preparations.template("approved").copy(tmp_path / "home", monkeypatch)


@pytest.fixture
def approved(preparations: Preparations) -> ApprovalRequest:
    """The request under which version 1 is approved."""
    return cast("ApprovalRequest", preparations.result("approved"))


def manifest(world: World) -> str | None:
    return FileTarget(world.home).read(PLACE)


def deploy_with_fault(world: World, request: ApprovalRequest, run: str, fault: Exception | None = None) -> Receipt:
    """Deploy an approved version; a fault, if any, is raised after the target was changed."""
    version = world.get(Version, request.subject)

    def verify(target: ServingTarget) -> str:
        if fault is not None:
            raise fault
        return target.verify(PLACE, version)

    change = ServingChange(
        place=PLACE,
        begin=lambda: deploy_command(world, request),
        act=lambda target: target.publish(PLACE, version, request.use, world.now, run),
        verify=verify,
        complete=lambda digest: CompleteDeployment(model=MODEL, manifest_digest=digest),
        acting="publish v1 to production",
    )
    return carry_out(change, RunContext(DEV, world.now, run))


def last(world: World) -> tuple[list[str], str]:
    return [one["type"] for one in world.events()[-2:]], world.get(Operation, f"{MODEL}/operation").state


def test_a_successful_operation_is_begun_and_completed(world: World, approved: ApprovalRequest) -> None:
    receipt = deploy_with_fault(world, approved, "run-1")
    assert world.get(Deployment, receipt.subject).state == "deployed"
    assert last(world) == (["operation.begun", "deployment.completed"], "done")


FAULTS = {
    "the target": PublishError("the disk is full"),
    "the bytes": ArtifactError("the artifact is gone"),
    "the registry": IllegalMoveError("not any more"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_former_version_is_restored_after_any_fault(
    world: World, approved: ApprovalRequest, fault: Exception
) -> None:
    deploy_with_fault(world, approved, "run-1")
    before = manifest(world)
    with pytest.raises(type(fault)):
        deploy_with_fault(world, world.approved(), "run-2", fault)
    assert manifest(world) == before is not None
    assert last(world) == (["operation.begun", "operation.undone"], "undone")
    assert world.events()[-1]["data"]["reason"] == str(fault.args[0])


def test_after_a_fault_in_an_empty_slot_nothing_serves(world: World, approved: ApprovalRequest) -> None:
    with pytest.raises(PublishError):
        deploy_with_fault(world, approved, "run-1", PublishError("the disk is full"))
    assert manifest(world) is None


def test_an_unwritable_target_does_not_leave_the_model_locked(world: World, approved: ApprovalRequest) -> None:
    request, folder = approved, FileTarget(world.home).path(PLACE).parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where a folder should be")
    with pytest.raises(PublishError, match="cannot be written"):
        deploy_with_fault(world, request, "run-1")
    assert last(world) == (["operation.begun", "operation.undone"], "undone")
    folder.unlink()
    deploy_with_fault(world, request, "run-2")
    assert last(world)[1] == "done"


def test_a_repeated_run_restores_the_version_before_its_first_start(world: World, approved: ApprovalRequest) -> None:
    """The process died after publishing, so the published manifest is its own and not the former one."""
    deploy_with_fault(world, approved, "run-1")
    before, request = manifest(world), world.approved()
    begin = deploy_command(world, request).model_copy(update={"former_manifest": before})
    world.do(begin, run_id="run-2")
    FileTarget(world.home).publish(PLACE, world.get(Version, request.subject), "planning", world.now, "run-2")
    with pytest.raises(PublishError):
        deploy_with_fault(world, request, "run-2", PublishError("the disk is full"))
    assert manifest(world) == before


def test_a_committed_deployment_stays_published_after_an_error(
    world: World, approved: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deployment is committed, then the disk of the journal is full: the manifest must not be restored."""
    request, append = approved, Journal.append

    def full(self: Journal, entries: Sequence[JournalEntry]) -> None:
        if b"deployment.completed" in entries[0].body:
            raise JournalError("no space left")
        append(self, entries)

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(JournalError):
        deploy_with_fault(world, request, "run-1")
    published = FileTarget(world.home).manifest(PLACE)
    assert published is not None
    assert published.version == world.find(Deployment)[0].version
    assert world.get(Operation, f"{MODEL}/operation").state == "done"


def test_a_refused_intent_does_not_change_the_target(world: World) -> None:
    begin = BeginOperation(model=MODEL, kind="suspend", environment="production", version=None)
    change = ServingChange(PLACE, lambda: begin, _never, _no_outcome, acting="stop serving")
    world.version()
    with pytest.raises(InputError, match="nothing serves as"):
        carry_out(change, RunContext(DEV, world.now, "run-1"))
    assert (manifest(world), world.find(Operation)) == (None, [])


def test_a_model_locked_by_another_process_is_busy(world: World, approved: ApprovalRequest) -> None:
    request = approved
    with operation_lock(world.home, MODEL), pytest.raises(BusyError):
        deploy_with_fault(world, request, "run-1")
    assert (manifest(world), world.find(Operation)) == (None, [])


def _never(digest: object) -> str:
    raise AssertionError(digest)


def _no_outcome(digest: str) -> CompleteDeployment:
    raise AssertionError(digest)
