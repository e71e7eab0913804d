"""Fixtures for the tests of approvals: a world in which a request for two approvers is pending."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from data.records.approval import ApprovalRequest
from tests.world import Template, World


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
) -> World:
    """A copy of the world with the pending request."""
    return template_and_request[0].copy(tmp_path / "requested", monkeypatch)


@pytest.fixture(autouse=True)
def held(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold the registry of the test open; opening it takes fifty times as long as a command."""
    names = [name for name in ("world", "world_with_request") if name in request.fixturenames]
    with ExitStack() as stack:
        for name in names:
            world: World = request.getfixturevalue(name)
            stack.enter_context(world.registry.store.session())
        yield
