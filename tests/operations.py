"""Operations on a model in the test world, each in one call: begin, complete, and both together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.names import model_of
from data.registry.commands.deployment import (
    BeginOperation,
    CompleteDeployment,
    CompleteRollback,
    CompleteSuspension,
    CompleteWithdrawal,
)
from data.registry.registry import Receipt
from tests.world import MODEL, Template, World

MANIFEST = "sha256:" + "0" * 64


def deploy_command(world: World, request: ApprovalRequest, /, **changes: Any) -> BeginOperation:
    """Return the command that begins the deployment of an approved request, with present digests."""
    fields: dict[str, Any] = {
        "model": model_of(request.subject),
        "kind": "deploy",
        "environment": request.environment,
        "slot": request.slot,
        "version": request.subject,
        "request": request.key,
        "evidence_digest": world.digest(request.subject),
        "standards_digest": request.standards_digest,
        "artifact_digest": request.artifact_digest,
    }
    return BeginOperation(**{**fields, **changes})


def begin(world: World, kind: Any, version: str | None = None, run_id: str = "op-1", **changes: Any) -> Receipt:
    """Begin an operation in production without an approval request."""
    fields: dict[str, Any] = {"model": MODEL, "kind": kind, "environment": "production", "version": version}
    return world.do(BeginOperation(**{**fields, **changes}), by="otto", run_id=run_id)


def begin_deploy(world: World, request: ApprovalRequest, /, run_id: str = "op-1", **changes: Any) -> Receipt:
    """Begin the deployment of an approved request."""
    return world.do(deploy_command(world, request, **changes), by="otto", run_id=run_id)


def complete_deploy(world: World, run_id: str = "op-1", model: str = MODEL) -> Receipt:
    """Complete the deployment under way."""
    return world.do(CompleteDeployment(model=model, manifest_digest=MANIFEST), by="otto", run_id=run_id)


def deploy(world: World, request: ApprovalRequest, /, run_id: str = "op-1", **changes: Any) -> Deployment:
    """Deploy the version of an approved request; return the deployment."""
    begin_deploy(world, request, run_id, **changes)
    return complete_deploy(world, run_id, model_of(request.subject)).row(Deployment)


def deployed(world: World, run_id: str = "op-1", **changes: Any) -> Deployment:
    """Register a new version, have it approved by two people, deploy it; return the deployment."""
    return deploy(world, world.approved(**changes), run_id)


def complete_rollback(world: World, run_id: str = "op-r", **changes: Any) -> Receipt:
    """Complete the rollback under way."""
    fields: dict[str, Any] = {
        "model": MODEL,
        "manifest_digest": MANIFEST,
        "reason": "it drifted",
        "ratify_by": world.now + timedelta(days=2),
    }
    return world.do(CompleteRollback(**{**fields, **changes}), by="otto", run_id=run_id)


def roll_back(world: World, to: str, run_id: str = "op-r", **changes: Any) -> Deployment:
    """Roll production back to a version; return the new deployment."""
    begin(world, "rollback", to, run_id)
    return complete_rollback(world, run_id, **changes).row(Deployment)


def complete_suspension(world: World, run_id: str = "op-s", **changes: Any) -> Receipt:
    """Complete the suspension under way."""
    fields: dict[str, Any] = {
        "model": MODEL,
        "manifest_digest": MANIFEST,
        "reason": "it harms",
        "fallback": "the timetable",
        "ratify_by": world.now + timedelta(days=2),
    }
    return world.do(CompleteSuspension(**{**fields, **changes}), by="otto", run_id=run_id)


def suspend(world: World, run_id: str = "op-s") -> Deployment:
    """Suspend the version that serves in production; return the ended deployment."""
    begin(world, "suspend", None, run_id)
    return complete_suspension(world, run_id).row(Deployment)


def withdraw(world: World, run_id: str = "op-w") -> Deployment:
    """Withdraw the version that serves in production; return the ended deployment."""
    begin(world, "withdraw", None, run_id)
    command = CompleteWithdrawal(model=MODEL, manifest_digest=MANIFEST, reason="retired")
    return world.do(command, by="otto", run_id=run_id).row(Deployment)


def prepared(founded: Template, root: Path, prepare: Callable[[World], object]) -> Template:
    """Return a copy of a world after `prepare`, to be copied for each test of a module."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        world = founded.copy(root, monkeypatch)
        with world.registry.store.session():
            prepare(world)
    return Template(root, world.now)


class Preparations:
    """Worlds after a preparation, each made for the first test that begins with it and copied for every test.

    `ways` has the function for each preparation, by its name.
    """

    def __init__(self, before: Template, folder: Path, ways: Mapping[str, Callable[[World], object]]) -> None:
        self._before, self._folder, self._ways = before, folder, ways
        self._made: dict[str, tuple[Template, Any]] = {}

    def template(self, name: str) -> Template:
        """Return the world after a preparation, to be copied, or the world before all of them for an empty name."""
        return self._make(name)[0] if name else self._before

    def result(self, name: str) -> Any:
        """Return what the function of a preparation returned."""
        return self._make(name)[1]

    def _make(self, name: str) -> tuple[Template, Any]:
        if name not in self._made:
            results: list[object] = []
            template = prepared(
                self._before, self._folder / name / "home", lambda world: results.append(self._ways[name](world))
            )
            self._made[name] = (template, results[0])
        return self._made[name]


@contextmanager
def held(template: Template, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Yield a copy of a world with its registry held open."""
    world = template.copy(root, monkeypatch)
    with world.registry.store.session():
        yield world


@contextmanager
def held_after(prepare: Callable[[World], object], founded: Template, folder: Path) -> Iterator[World]:
    """Yield a world after `prepare`, for all tests of a module, with its registry held open."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        template = prepared(founded, folder / "template", prepare)
        with held(template, folder / "home", monkeypatch) as world:
            yield world
