"""A fixture with which people prove themselves on the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.world import World

ProvenCaller = Callable[[str], tuple[tuple[str, ...], str]]
"""Returns the options and the stdin with which a person proves a command."""


@pytest.fixture
def proven(world: World) -> ProvenCaller:
    """Return, for a person, the options and the stdin of a command that is proven at the world's time."""

    def options(person: str) -> tuple[tuple[str, ...], str]:
        code = world.code(person)
        return ("--by", person, "--code-from-stdin", "--as-of", world.now.isoformat()), code + "\n"

    return options
