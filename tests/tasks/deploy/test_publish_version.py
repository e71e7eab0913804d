"""An approved version is published with the approved bytes, once in each run."""

from __future__ import annotations

import pytest

from data.errors import DigestMismatchError, ModelwardError, PublishError, StaleEvidenceError
from data.files.serving import FileTarget, SlotAddress
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation, Slot
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.version import Version
from tasks.approve.request_approval import request_approval
from tasks.deploy.publish_version import publish_version, published_by_run
from tasks.validate.judge_version import judge_version
from tests.judged_model import DEV, USE, V1
from tests.operations import deployed
from tests.world import MODEL, World

RUN = "run-d"


@pytest.fixture
def approved(validated: World) -> ApprovalRequest:
    """Return a request on version 1 that alma and axel approved."""
    verdicts: VerdictSet = judge_version.fn(V1, "approve", "production", USE, RunContext(DEV, validated.now, RUN))
    request: ApprovalRequest = request_approval.fn(verdicts, USE, "champion", RunContext(DEV, validated.now, RUN))
    for person in ("alma", "axel"):
        validated.decide(request, person)
    return validated.get(ApprovalRequest, request.key)


def published(world: World, request: ApprovalRequest) -> str:
    found: str = publish_version(request, RunContext(DEV, world.now, RUN))
    return found


def test_the_manifest_states_the_version_and_the_digest(validated: World, approved: ApprovalRequest) -> None:
    deployment = validated.get(Deployment, published(validated, approved))
    manifest = FileTarget(validated.home).manifest(SlotAddress(MODEL))
    assert manifest is not None
    assert manifest.path == str(validated.artifacts.path(validated.get(Version, V1).artifact.digest).resolve())
    assert (deployment.version, deployment.request, deployment.use) == (V1, approved.key, USE)
    (slot,) = validated.find(Slot)
    assert (slot.version, slot.deployment) == (V1, deployment.key)


def test_a_run_publishes_once(validated: World, approved: ApprovalRequest) -> None:
    assert published_by_run(V1, RUN) is None
    key, events = published(validated, approved), len(validated.events())
    assert (published(validated, approved), published_by_run(V1, RUN)) == (key, key)
    assert len(validated.events()) == events
    assert published_by_run(V1, "run-e") is published_by_run(V1, "") is None


def change_bytes(world: World) -> None:
    path = world.artifacts.path(world.get(Version, V1).artifact.digest)
    path.chmod(0o600)
    path.write_bytes(b"other bytes")


CHANGES = {
    "the bytes changed after the approval": (change_bytes, DigestMismatchError),
    "the champion changed after the approval": (deployed, StaleEvidenceError),
}


@pytest.mark.parametrize(("change", "error"), CHANGES.values(), ids=CHANGES)
def test_missing_or_changed_bytes_begin_no_operation(
    validated: World, approved: ApprovalRequest, change: object, error: type[ModelwardError]
) -> None:
    assert callable(change)
    change(validated)
    events = len(validated.events("operation.begun"))
    with pytest.raises(error):
        published(validated, approved)
    assert len(validated.events("operation.begun")) == events
    assert FileTarget(validated.home).read(SlotAddress(MODEL)) is None


def test_an_unwritable_serving_folder_undoes_the_publication(validated: World, approved: ApprovalRequest) -> None:
    folder = FileTarget(validated.home).path(SlotAddress(MODEL)).parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where a folder should be")
    with pytest.raises(PublishError) as refused:
        published(validated, approved)
    assert "make the serving target writable" in refused.value.remedy
    operation = validated.get(Operation, f"{MODEL}/operation")
    assert (operation.state, validated.find(Deployment), validated.find(Slot)) == ("undone", [], [])
    folder.unlink()
    assert validated.get(Deployment, published(validated, approved)).state == "deployed"
