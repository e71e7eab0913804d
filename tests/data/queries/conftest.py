"""Registries of a model that had a full life (registered, deployed, rolled back, suspended), and of a watched model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.monitored_model import monitored, monitored_template
from tests.operations import deployed, held, prepared, roll_back, suspend
from tests.world import MODEL, Template, World

__all__ = ["monitored", "monitored_template"]

Moments = dict[str, datetime]
V1, V2 = f"{MODEL}/versions/1", f"{MODEL}/versions/2"


def life(world: World) -> Moments:
    """Version 1 served, then version 2, which was rolled back, then nothing: a moment within each."""
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
def lived(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> tuple[Template, Moments]:
    """The template of a world whose model had a full life, and a moment within each part of that life."""
    moments: Moments = {}
    root = tmp_path_factory.mktemp("lived") / "home"
    template = prepared(founded, root, lambda world: moments.update(life(world)))
    return template, moments


@pytest.fixture
def moments(lived: tuple[Template, Moments]) -> Moments:
    """A moment within each part of that life."""
    return lived[1]


@pytest.fixture
def old_world(lived: tuple[Template, Moments], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world after that life."""
    with held(lived[0], tmp_path / "old", monkeypatch) as world:
        yield world
