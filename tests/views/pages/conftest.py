"""A model that lived in the small world: watched, alarmed, replaced, rolled back, retired; read as the report reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.queries.model_snapshot import ModelSnapshot, model_snapshot
from tests.lived_models import live, settle
from tests.operations import prepared
from tests.world import MODEL, Template, World
from views.pages.render import write_report


@pytest.fixture(scope="session")
def lived(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world after that life."""
    return prepared(founded, tmp_path_factory.mktemp("lived") / "home", live)


@pytest.fixture(scope="session")
def settled(lived: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The same with other models beside it."""
    return prepared(lived, tmp_path_factory.mktemp("settled") / "home", settle)


@pytest.fixture(scope="session")
def facts(lived: Template) -> ModelSnapshot:
    """What the report reads of it."""
    return model_snapshot(World(lived.root, lived.now).home, MODEL)


@pytest.fixture(scope="session")
def page(lived: Template, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on it."""
    target = tmp_path_factory.mktemp("report") / "deeper" / "delay.html"
    return write_report(World(lived.root, lived.now).home, MODEL, target)
