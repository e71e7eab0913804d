"""Intent, act, verified outcome; whatever goes wrong, what served before serves again and the log says so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from data.audit.journal import Journal
from data.errors import ArtifactError, BusyError, IllegalMoveError, InputError, JournalError, PublishError
from data.files.serving import FileTarget, Place, ServingTarget
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.deployment import BeginOperation, CompleteDeployment
from data.registry.registry import Receipt
from tasks.deploy.carry_out_operation import ServingChange, carry_out
from tasks.deploy.hold_operation import holding
from tests.judged_model import DEV
from tests.operations import asked_to_deploy
from tests.world import MODEL, World

PLACE = Place(MODEL)


def manifest(world: World) -> str | None:
    return FileTarget(world.home).read(PLACE)


def carried_out(world: World, request: ApprovalRequest, run: str, fault: Exception | None = None) -> Receipt:
    """Deploy what was approved; with a fault, it comes after the target was changed."""
    version = world.get(Version, request.subject)

    def verify(target: ServingTarget) -> str:
        if fault is not None:
            raise fault
        return target.verify(PLACE, version)

    change = ServingChange(
        place=PLACE,
        begin=lambda: asked_to_deploy(world, request),
        act=lambda target: target.publish(PLACE, version, request.use, world.now, run),
        verify=verify,
        complete=lambda digest: CompleteDeployment(model=MODEL, manifest_digest=digest),
        acting="publish v1 to production",
    )
    return carry_out(change, RunContext(DEV, world.now, run))


def last(world: World) -> tuple[list[str], str]:
    return [one["type"] for one in world.events()[-2:]], world.get(Operation, f"{MODEL}/operation").state


def test_what_is_carried_out_is_begun_and_completed(world: World) -> None:
    receipt = carried_out(world, world.approved(), "run-1")
    assert world.get(Deployment, receipt.subject).state == "deployed"
    assert last(world) == (["operation.begun", "deployment.completed"], "done")


FAULTS = {
    "the target": PublishError("the disk is full"),
    "the bytes": ArtifactError("the artifact is gone"),
    "the registry": IllegalMoveError("not any more"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_former_version_is_back_after_any_fault(world: World, fault: Exception) -> None:
    carried_out(world, world.approved(), "run-1")
    before = manifest(world)
    with pytest.raises(type(fault)):
        carried_out(world, world.approved(), "run-2", fault)
    assert manifest(world) == before is not None
    assert last(world) == (["operation.begun", "operation.undone"], "undone")
    assert world.events()[-1]["data"]["reason"] == str(fault.args[0])


def test_where_nothing_served_nothing_serves_again(world: World) -> None:
    with pytest.raises(PublishError):
        carried_out(world, world.approved(), "run-1", PublishError("the disk is full"))
    assert manifest(world) is None


def test_a_target_that_cannot_be_written_at_all_does_not_lock_the_model(world: World) -> None:
    request, folder = world.approved(), FileTarget(world.home).path(PLACE).parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where a folder should be")
    with pytest.raises(PublishError, match="cannot be written"):
        carried_out(world, request, "run-1")
    assert last(world) == (["operation.begun", "operation.undone"], "undone")
    folder.unlink()
    carried_out(world, request, "run-2")
    assert last(world)[1] == "done"


def test_a_run_that_begins_again_after_its_death_goes_back_to_what_served_before_it(world: World) -> None:
    """It died after publishing: what is published now is its own, not what it found."""
    carried_out(world, world.approved(), "run-1")
    before, request = manifest(world), world.approved()
    begin = asked_to_deploy(world, request).model_copy(update={"former_manifest": before})
    world.do(begin, run_id="run-2")
    FileTarget(world.home).publish(PLACE, world.get(Version, request.subject), "planning", world.now, "run-2")
    with pytest.raises(PublishError):
        carried_out(world, request, "run-2", PublishError("the disk is full"))
    assert manifest(world) == before


def test_what_the_registry_holds_for_done_stays_published(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployment is committed, then the journal's disk is full: it must not be taken back behind the registry."""
    request, append = world.approved(), Journal.append

    def full(self: Journal, bodies: Sequence[bytes]) -> None:
        if b"deployment.completed" in bodies[0]:
            raise JournalError("no space left")
        append(self, bodies)

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(JournalError):
        carried_out(world, request, "run-1")
    published = FileTarget(world.home).manifest(PLACE)
    assert published is not None
    assert published.version == world.find(Deployment)[0].version
    assert world.get(Operation, f"{MODEL}/operation").state == "done"


def test_a_refused_intent_changes_nothing(world: World) -> None:
    begin = BeginOperation(model=MODEL, kind="suspend", environment="production", version=None)
    change = ServingChange(PLACE, lambda: begin, _never, _no_outcome, acting="stop serving")
    world.version()
    with pytest.raises(InputError, match="names no version"):
        carry_out(change, RunContext(DEV, world.now, "run-1"))
    assert (manifest(world), world.find(Operation)) == (None, [])


def test_a_living_process_is_not_disturbed(world: World) -> None:
    request = world.approved()
    with holding(world.home, MODEL), pytest.raises(BusyError):
        carried_out(world, request, "run-1")
    assert (manifest(world), world.find(Operation)) == (None, [])


def _never(digest: object) -> str:
    raise AssertionError(digest)


def _no_outcome(digest: str) -> CompleteDeployment:
    raise AssertionError(digest)
