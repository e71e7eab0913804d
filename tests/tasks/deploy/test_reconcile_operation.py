"""An operation whose process died ends as done or as undone; an operation whose process lives is not changed."""

from __future__ import annotations

import os
import signal
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from data.files.home import Home
from data.files.serving import FileTarget, SlotAddress
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation, Slot
from data.records.monitoring import Incident
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Version
from tasks.deploy.lock_operation import operation_lock
from tasks.deploy.publish_version import publish_version
from tasks.deploy.reconcile_operation import reconcile_operation
from tests.operations import begin, begin_deploy, deploy, prepared
from tests.retirement_fixtures import approved_under_baseline, under_baseline
from tests.retirement_states import quiet
from tests.world import MODEL, Template, World

PLACE = SlotAddress(MODEL)
FIRST = f"{MODEL}/versions/1"


def killed(world: World, point: str, after: bool) -> None:
    """Publish an approved version in another process, which is killed with signal 9 at a point of the target."""
    request = approved_under_baseline(world)
    dying = get_context("fork").Process(target=die_at, args=(point, after, request, world.now))
    dying.start()
    dying.join(120)
    assert dying.exitcode == -signal.SIGKILL
    assert world.get(Operation, f"{MODEL}/operation").state == "running"


def die_at(point: str, after: bool, request: ApprovalRequest, as_of: datetime) -> None:
    """Publish an approved version and kill this process before or after a method of the target."""
    whole = getattr(FileTarget, point)

    def die(*args: Any, **kwargs: Any) -> None:
        if after:
            whole(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(FileTarget, point, die)
    publish_version(request, RunContext(Actor(id="otto"), as_of, "run-dying"))


def run(world: World) -> RunContext:
    return RunContext(Actor(id="modelward", auth="service"), world.now, "run-reconcile")


def found(world: World) -> None:
    """Return a world in which version 1 serves under the baseline standard that modelward ships."""
    under_baseline(world)
    deploy(world, world.approved(), "op-1")


@pytest.fixture(scope="module")
def served(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return prepared(founded, tmp_path_factory.mktemp("served") / "home", found)


@pytest.fixture
def world(served: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return served.copy(tmp_path / "home", monkeypatch)


KILLED = {
    "before anything was published, it is not done": ("publish", False, "undone"),
    "after the manifest was published, it is done": ("publish", True, "done"),
    "while what was published was verified, it is done": ("verify", False, "done"),
}


@pytest.mark.parametrize(("point", "after", "state"), KILLED.values(), ids=KILLED)
def test_an_operation_of_a_killed_process_is_finished_or_undone(
    world: World, point: str, after: bool, state: str
) -> None:
    killed(world, point, after)
    reconcile_operation(MODEL, run(world))
    operation = world.get(Operation, f"{MODEL}/operation")
    slot = world.find(Slot)[0]
    served = "2" if state == "done" else "1"
    assert (operation.state, slot.version) == (state, f"{MODEL}/versions/{served}")
    published = FileTarget(world.home).manifest(PLACE)
    assert (published.version if published else None) == (slot.version if state == "done" else None)
    assert reconcile_operation(MODEL, run(world)) == ""


def test_an_operation_whose_process_lives_is_not_changed(world: World) -> None:
    begin_deploy(world, world.approved())
    with operation_lock(Home(world.home.root), MODEL):
        assert reconcile_operation(MODEL, run(world)) == ""
    assert world.get(Operation, f"{MODEL}/operation").state == "running"


def test_the_same_version_published_by_an_earlier_run_finishes_nothing(world: World) -> None:
    request = world.approved()
    begin_deploy(world, request, "op-2")
    FileTarget(world.home).publish(PLACE, world.get(Version, request.subject), "planning", world.now, "op-1")
    assert reconcile_operation(MODEL, run(world)) == "the deploy of ops/delay v2 was undone"


def test_missing_bytes_undo_the_operation_with_that_reason(world: World) -> None:
    killed(world, "publish", after=True)
    for file in world.artifacts.root.rglob("*"):
        if file.is_file() and file.read_bytes() == f"artifact 2 of {MODEL}".encode():
            file.unlink()
    assert reconcile_operation(MODEL, run(world)) == "the deploy of ops/delay v2 was undone"
    assert "missing" in world.get(Operation, f"{MODEL}/operation").reason
    assert FileTarget(world.home).read(PLACE) is None


def test_a_published_suspension_is_finished_with_its_reason(world: World) -> None:
    begin(world, "suspend", None, "op-s")
    FileTarget(world.home).suspend(PLACE, "the timetable", "it harms", world.now, "op-s")
    assert reconcile_operation(MODEL, run(world)) == "the suspend of ops/delay v1 was finished"
    row = world.find(Deployment)[0]
    assert (row.state, row.ended_reason) == ("suspended", "it harms; fallback: the timetable")
    assert [one.kind for one in world.find(Incident)] == ["suspension"]


def test_a_published_rollback_is_finished_and_must_be_ratified(world: World) -> None:
    deploy(world, world.approved(), "op-2")
    begin(world, "rollback", FIRST, "op-r")
    FileTarget(world.home).publish(PLACE, world.get(Version, FIRST), "planning", world.now, "op-r")
    assert reconcile_operation(MODEL, run(world)) == "the rollback of ops/delay v1 was finished"
    row = world.find(Deployment)[-1]
    assert (row.version, row.rollback_of) == (FIRST, f"{MODEL}/deployments/2")
    assert row.ratify_by is not None


def test_a_published_withdrawal_is_finished(world: World) -> None:
    quiet(world)
    begin(world, "withdraw", None, "op-w")
    FileTarget(world.home).withdraw(PLACE, "", "retired: it aged", world.now, "op-w")
    assert reconcile_operation(MODEL, run(world)) == "the withdraw of ops/delay v1 was finished"
    assert [one.state for one in world.find(Deployment)] == ["ended"]


STOPS = {"a suspension": "suspend", "a withdrawal": "withdraw"}


@pytest.mark.parametrize("kind", STOPS.values(), ids=STOPS)
def test_an_unpublished_operation_is_undone(world: World, kind: str) -> None:
    if kind == "withdraw":
        quiet(world)
    begin(world, kind, None, "op-s")
    assert reconcile_operation(MODEL, run(world)) == f"the {kind} of ops/delay v1 was undone"
    FileTarget(world.home).publish(PLACE, world.get(Version, FIRST), "planning", world.now, "op-t")
    begin(world, kind, None, "op-t")
    assert reconcile_operation(MODEL, run(world)) == f"the {kind} of ops/delay v1 was undone", "it says serving"
    assert [one.state for one in world.find(Deployment)] == ["deployed"]
