"""A model that serves and is watched, founded once a session and copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judged_model import found_judged, found_validated, judged, validated
from tests.watched_model import WatchedModel, watched_model
from tests.world import Template

__all__ = ["found_judged", "found_validated", "judged", "validated"]


@pytest.fixture(scope="session")
def watched(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A world in which version 1 of the model serves under a monitoring plan."""
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(tmp_path_factory.mktemp("watched") / "home", patch)
        watched_model(world)
        return Template(world.home.root, world.now)


@pytest.fixture
def watch(watched: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WatchedModel:
    """A copy of that world; MODELWARD_HOME names it."""
    return WatchedModel(watched.copy(tmp_path / "home", monkeypatch), "models/ops/delay/versions/1")
