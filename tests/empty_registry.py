"""A new registry with nobody on its roster, and the command that adds a person to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.files.home import Home
from data.registry.commands.person import AddPerson
from data.registry.registry import Registry
from tests.replay import Replay
from tests.world import FOUNDED_AT


def addition(person: str = "one") -> AddPerson:
    """Return the command that adds a person."""
    return AddPerson(person=person, printed_name=person.title())


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    """A new replay registry with nobody on its roster."""
    Registry(Home(tmp_path / "replay")).create(clock="replay")
    return Replay(tmp_path / "replay", FOUNDED_AT)
