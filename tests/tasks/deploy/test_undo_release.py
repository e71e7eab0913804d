"""An emergency release is ratified, or it is undone and the former version serves, by whatever process remains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import GateRefusedError, InputError, PublishError, RequestClosedError
from data.files.manifest import Manifest
from data.files.serving import FileTarget, SlotAddress
from data.notices.outbox import Outbox
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation
from data.records.monitoring import Incident
from data.records.person import Role
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.review import OpenFinding
from tasks.deploy import undo_release as undoing
from tasks.deploy.publish_release import publish_release
from tasks.deploy.reconcile_operation import reconcile_operation
from tasks.deploy.undo_release import undo_release
from tasks.maintain.recover_crashes import JOBS
from tasks.maintain.run_maintenance import run_maintenance
from tasks.run.run_due_jobs import run_due_jobs
from tests.emergency_model import V2, emergency_standard_text, open_emergency_release, run_at, with_emergency_rule
from tests.judged_model import V1, adopt, standard_text
from tests.operations import Preparations, begin_deploy, deployed
from tests.world import MODEL, Template, World

NIGHT = {name: JOBS[name] for name in ("operations", "releases")}


WAYS: dict[str, Callable[[World], object]] = {
    "version 1 serves": with_emergency_rule,
    "nothing serves": lambda world: with_emergency_rule(world, serving=False),
}


@pytest.fixture(scope="module")
def preparations(found_validated: Template, tmp_path_factory: pytest.TempPathFactory) -> Preparations:
    """The worlds with the small standard and version 2 assessed."""
    return Preparations(found_validated, tmp_path_factory.mktemp("preparations"), WAYS)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, preparations: Preparations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    """A copy of the world in which version 1 serves, or of the one that the test names; dev is the acting person."""
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    way = getattr(request, "param", "version 1 serves")
    return preparations.template(way).copy(tmp_path / "home", monkeypatch)


def serving(world: World) -> Manifest:
    found = FileTarget(world.home).manifest(SlotAddress(MODEL))
    assert found is not None
    return found


def live(world: World) -> ApprovalRequest:
    request = open_emergency_release(world)
    publish_release(request.key, run_at(world))
    return request


def reconciled(world: World, **later: float) -> dict[str, list[str]]:
    world.move(**later)
    return run_due_jobs(NIGHT, run_at(world, "night", "modelward"))


def ratify(world: World, request: ApprovalRequest) -> None:
    world.decide(request, "alma")
    world.decide(request, "olga", role=Role.OWNER)


def notice_titles(world: World, kind: str) -> dict[str, str]:
    return {one.to: one.title for one in Outbox(world.home.outbox).notices() if one.kind == kind}


def test_a_release_is_live_at_once_and_the_ratifiers_are_notified(world: World) -> None:
    request = live(world)
    assert (serving(world).version, serving(world).state) == (V2, "serving")
    assert request.expires_at == world.now + timedelta(hours=24)
    assert set(notice_titles(world, "approval")) == {"alma", "axel", "olga", "rita"}, "rita is an approver here"
    assert "the request to release ops/delay v2 waits for you until" in notice_titles(world, "approval")["alma"]


def test_a_run_that_starts_again_publishes_once(world: World) -> None:
    request = live(world)
    events = len(world.events())
    key = publish_release(request.key, run_at(world))
    assert (world.get(Deployment, key).version, len(world.events())) == (V2, events)


def test_without_ratification_the_former_version_serves_again(world: World) -> None:
    live(world)
    assert reconciled(world, hours=23) == {}
    report = reconciled(world, hours=1)["releases"]
    assert report == [
        "the emergency release of ops/delay v2 was undone, nobody ratified it in time: ops/delay v1 serves again"
    ]
    assert serving(world).version == V1
    assert [one.state for one in world.find(Deployment)] == ["superseded", "rolled_back", "deployed"]
    assert [one.kind for one in world.find(Incident)] == ["emergency", "rollback"]
    assert set(notice_titles(world, "incident")) == {"otto", "olga", "adam", "ada"}
    assert reconciled(world, hours=1) == {}


@pytest.mark.parametrize("world", WAYS, indirect=True)
def test_a_deployment_made_before_the_undo_keeps_serving(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    request = live(world)
    world.move(hours=25)
    roll_back = undoing._restore_version

    def too_late(released: Deployment, reason: str, run: RunContext) -> str:
        deployed(world, "op-9")
        return roll_back(released, reason, replace(run, as_of=world.now))

    monkeypatch.setattr(undoing, "_restore_version", too_late)
    assert undo_release(request.key, run_at(world, "night", "modelward")) == ""
    assert [(one.version[-1], one.state) for one in world.find(Deployment)][-2:] == [
        ("2", "superseded"),
        ("3", "deployed"),
    ]
    assert notice_titles(world, "incident") == {}, "nothing was undone"


@pytest.mark.parametrize("world", ["nothing serves"], indirect=True)
def test_without_a_valid_former_version_serving_is_suspended(world: World) -> None:
    live(world)
    assert reconciled(world, hours=25)["releases"][0].endswith("serving is suspended")
    assert (serving(world).state, serving(world).version) == ("suspended", None)
    assert "the fallback of each consumer" in serving(world).fallback


def test_a_ratified_release_ends_after_its_days_without_approval(world: World) -> None:
    request = live(world)
    ratify(world, request)
    assert reconciled(world, days=13) == {}
    assert serving(world).version == V2
    assert reconciled(world, days=1.1)["releases"][0].startswith(
        "the emergency release of ops/delay v2 was undone, its time after ratification is over"
    )
    assert serving(world).version == V1


def test_a_refused_release_ends_at_once(world: World) -> None:
    request = live(world)
    world.decide(request, "alma", "reject", comment="it scores worse")
    assert "its ratification was refused" in reconciled(world)["releases"][0]
    assert serving(world).version == V1


def test_the_nightly_review_undoes_a_release_and_escalates_its_incident(world: World) -> None:
    live(world)
    world.move(hours=25)
    report = run_maintenance(run_at(world, "review", "modelward"))
    assert "was undone" in report["releases"][0]
    assert world.find(Incident)[0].state == "escalated"
    assert serving(world).version == V1


def test_a_current_or_ended_release_is_not_changed(world: World) -> None:
    request = live(world)
    assert undo_release(request.key, run_at(world)) == ""
    assert undo_release(opened_again(world), run_at(world)) == ""


def opened_again(world: World) -> str:
    version = world.assessed(world.version())
    return open_emergency_release(world, version=version).key


def test_a_failed_publication_restores_the_former_version_and_withdraws_the_release(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*values: object) -> str:
        raise PublishError("the disk is full")

    request = open_emergency_release(world)
    monkeypatch.setattr(FileTarget, "verify", broken)
    with pytest.raises(PublishError, match="disk is full"):
        publish_release(request.key, run_at(world))
    assert world.get(ApprovalRequest, request.key).state == "withdrawn"
    assert [one.state for one in world.find(Operation)] == ["undone"]


def test_a_publication_whose_process_died_is_finished(world: World) -> None:
    request = open_emergency_release(world, until=world.now + timedelta(hours=5))
    begin_deploy(world, request, "run-died")
    FileTarget(world.home).publish(SlotAddress(MODEL), world.get(Version, V2), request.use, world.now, "run-died")
    assert reconcile_operation(MODEL, run_at(world, "night")) == "the deploy of ops/delay v2 was finished"
    row = world.find(Deployment)[-1]
    assert (row.request, row.reason, row.ratify_by) == (request.key, "all scores are 1", request.expires_at)
    assert reconciled(world, hours=5)["releases"][0].endswith("ops/delay v1 serves again")


def test_a_process_that_died_before_publishing_is_undone(world: World) -> None:
    begin_deploy(world, open_emergency_release(world), "run-died")
    assert reconcile_operation(MODEL, run_at(world, "night")) == "the deploy of ops/delay v2 was undone"
    assert [one.ratify_by for one in world.find(Deployment)] == [None]


def test_a_release_longer_than_allowed_is_refused(world: World) -> None:
    with pytest.raises(InputError, match="may last at most 24 hours"):
        open_emergency_release(world, until=world.now + timedelta(hours=25))
    assert world.find(ApprovalRequest, purpose="release") == []


def test_a_severe_finding_refuses_the_release(world: World) -> None:
    values: dict[str, Any] = {"title": "leak", "text": "of labels", "owner": "dev", "severity": "critical"}
    world.do(OpenFinding(version=V2, due_at=world.now + timedelta(days=9), **values), by="vera")
    with pytest.raises(GateRefusedError, match="did not clear its gates"):
        open_emergency_release(world)


def test_a_standard_without_emergency_rule_refuses_the_release(world: World) -> None:
    adopt(world, standard_text(version=4))
    with pytest.raises(GateRefusedError, match="allows no emergency release"):
        open_emergency_release(world)


def test_a_newer_standard_does_not_change_an_open_ratification(world: World) -> None:
    request = live(world)
    adopt(world, emergency_standard_text(version=4, title="Stricter"))
    ratify(world, request)
    assert world.get(ApprovalRequest, request.key).state == "approved"


def test_an_expired_release_cannot_be_published(world: World) -> None:
    request = open_emergency_release(world)
    world.move(hours=25)
    with pytest.raises(RequestClosedError, match="expired at"):
        publish_release(request.key, run_at(world))
