"""Fixtures for the tests of the rules: a test that names the result of a preparation begins with the world after it.

def test_something(world: World, serving: Deployment) -> None:      version 1 serves already
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from tests.emergencies import release_opened, released
from tests.operations import Preparations, deployed, held
from tests.world import Template, World


def served_twice(world: World) -> tuple[Deployment, Deployment]:
    """Deploy version 1, then version 2; return both deployments as they were when they began."""
    return deployed(world), deployed(world, "op-2")


def released_after_deployment(world: World) -> Deployment:
    """Deploy version 1, then release version 2 in an emergency; return the deployment of version 2."""
    deployed(world)
    return released(world, world.assessed(world.version()))


WAYS: dict[str, Callable[[World], object]] = {
    "assessed": World.assessed,
    "approved_request": World.approved,
    "serving": deployed,
    "served_twice": served_twice,
    "opened_release": release_opened,
    "live": released_after_deployment,
}
"""The function that takes a world from its beginning to the state of the fixture of this name."""


@pytest.fixture(scope="session")
def preparations(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Preparations:
    """The worlds after the preparations in `WAYS`."""
    return Preparations(founded, tmp_path_factory.mktemp("preparations"), WAYS)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, preparations: Preparations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A copy of the world, its registry held open, after the preparation whose result the test names."""
    named = [name for name in WAYS if name in request.fixturenames]
    assert len(named) <= 1, f"a test begins with one preparation, not with {' and '.join(named)}"
    with held(preparations.template("".join(named)), tmp_path / "home", monkeypatch) as world:
        yield world


@pytest.fixture
def assessed(preparations: Preparations) -> str:
    """The key of version 1, which is assessed in the test's world."""
    return str(preparations.result("assessed"))


@pytest.fixture
def approved_request(preparations: Preparations) -> ApprovalRequest:
    """The request under which version 1 is approved in the test's world."""
    return cast("ApprovalRequest", preparations.result("approved_request"))


@pytest.fixture
def serving(preparations: Preparations) -> Deployment:
    """The deployment of version 1, by the run `op-1`, which serves in the test's world."""
    return cast("Deployment", preparations.result("serving"))


@pytest.fixture(name="served_twice")
def both_deployments(preparations: Preparations) -> tuple[Deployment, Deployment]:
    """The deployments of version 1, which served, and of version 2, which serves, by the runs `op-1` and `op-2`."""
    return cast("tuple[Deployment, Deployment]", preparations.result("served_twice"))


@pytest.fixture
def opened_release(preparations: Preparations) -> ApprovalRequest:
    """The request of the emergency release of version 1, which is opened in the test's world."""
    return cast("ApprovalRequest", preparations.result("opened_release"))


@pytest.fixture
def live(preparations: Preparations) -> Deployment:
    """The deployment of version 2, released in an emergency after version 1 served."""
    return cast("Deployment", preparations.result("live"))


@pytest.fixture(scope="session")
def template_and_request(
    founded: Template, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Template, ApprovalRequest]:
    """The world with the pending request, to be copied for each test, and the request."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        world = founded.copy(tmp_path_factory.mktemp("requested") / "home", monkeypatch)
        with world.registry.store.session():
            request = world.requested()
    return Template(world.home.root, world.now), request


@pytest.fixture
def request_(template_and_request: tuple[Template, ApprovalRequest]) -> ApprovalRequest:
    """The pending request, which needs two approvers."""
    return template_and_request[1]


@pytest.fixture
def world_with_request(
    template_and_request: tuple[Template, ApprovalRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A copy of the world with the pending request, its registry held open."""
    with held(template_and_request[0], tmp_path / "requested", monkeypatch) as world:
        yield world
