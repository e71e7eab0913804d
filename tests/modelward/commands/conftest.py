"""People who type their one-time codes at the world's time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.world import World


@pytest.fixture
def proven(world: World) -> Callable[[str], tuple[tuple[str, ...], str]]:
    """The options and the typed line with which a person proves themselves at the world's time."""

    def options(person: str) -> tuple[tuple[str, ...], str]:
        code = world.code(person)
        return ("--by", person, "--code-from-stdin", "--as-of", world.now.isoformat()), code + "\n"

    return options
