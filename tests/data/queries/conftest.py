"""Registries of a model that was registered, deployed, rolled back and suspended, and of a monitored model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.monitored_model import monitored, monitored_template
from tests.operations import deployed, held, prepared, roll_back, suspend
from tests.world import MODEL, Template, World

__all__ = ["monitored", "monitored_template"]

Milestones = dict[str, datetime]
V1, V2 = f"{MODEL}/versions/1", f"{MODEL}/versions/2"


def life(world: World) -> Milestones:
    """Let version 1 serve, then version 2, roll it back, then suspend; return a moment within each period."""
    world.version()
    moments = {"registered": world.now}
    deployed(world, "op-1", version=world.validated(V1))
    moments["first"] = world.move(days=1)
    world.move(days=1)
    deployed(world, "op-2")
    moments["second"] = world.move(days=1)
    world.move(days=1)
    roll_back(world, V1)
    moments["rolled back"] = world.move(days=1)
    world.move(days=1)
    suspend(world)
    moments["suspended"] = world.move(days=1)
    return moments


@pytest.fixture(scope="module")
def template_with_history(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> tuple[Template, Milestones]:
    """The template of a world with that history, and a moment within each period of it."""
    moments: Milestones = {}
    root = tmp_path_factory.mktemp("template_with_history") / "home"
    template = prepared(founded, root, lambda world: moments.update(life(world)))
    return template, moments


@pytest.fixture
def moments(template_with_history: tuple[Template, Milestones]) -> Milestones:
    """A moment within each period of the history."""
    return template_with_history[1]


@pytest.fixture
def history_world(
    template_with_history: tuple[Template, Milestones], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A world with that history."""
    with held(template_with_history[0], tmp_path / "old", monkeypatch) as world:
        yield world
