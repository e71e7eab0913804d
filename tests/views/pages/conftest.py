"""Fixtures: a model with monitoring, alerts, a second version, a rollback and a retirement, and its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.queries.model_snapshot import ModelSnapshot, model_snapshot
from tests.model_histories import add_full_history, add_other_models
from tests.operations import prepared
from tests.world import MODEL, Template, World
from views.pages.render import write_report


@pytest.fixture(scope="session")
def full_history(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A registry in which the model has passed through its whole lifecycle."""
    return prepared(founded, tmp_path_factory.mktemp("full_history") / "home", add_full_history)


@pytest.fixture(scope="session")
def full_inventory(full_history: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The registry of `full_history` with further models."""
    return prepared(full_history, tmp_path_factory.mktemp("full_inventory") / "home", add_other_models)


@pytest.fixture(scope="session")
def facts(full_history: Template) -> ModelSnapshot:
    """The snapshot of the model that the pages are made from."""
    return model_snapshot(World(full_history.root, full_history.now).home, MODEL)


@pytest.fixture(scope="session")
def page(full_history: Template, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of the single-file report of the model."""
    target = tmp_path_factory.mktemp("report") / "deeper" / "delay.html"
    return write_report(World(full_history.root, full_history.now).home, MODEL, target)
