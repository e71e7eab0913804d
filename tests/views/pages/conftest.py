"""Fixtures: a model with monitoring, alerts, a second version, a rollback and a retirement, and its page content."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.queries.model_snapshot import ModelSnapshot, model_snapshot
from tests.model_histories import add_full_history, add_other_models
from tests.operations import prepared
from tests.world import MODEL, Template, World
from views.pages.render import write_report


@pytest.fixture(scope="session")
def lived(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A registry in which the model has passed through its whole lifecycle."""
    return prepared(founded, tmp_path_factory.mktemp("lived") / "home", add_full_history)


@pytest.fixture(scope="session")
def settled(lived: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The same registry with further models."""
    return prepared(lived, tmp_path_factory.mktemp("settled") / "home", add_other_models)


@pytest.fixture(scope="session")
def facts(lived: Template) -> ModelSnapshot:
    """The snapshot of the model that the pages are made from."""
    return model_snapshot(World(lived.root, lived.now).home, MODEL)


@pytest.fixture(scope="session")
def page(lived: Template, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the model's pages."""
    target = tmp_path_factory.mktemp("report") / "deeper" / "delay.html"
    return write_report(World(lived.root, lived.now).home, MODEL, target)
