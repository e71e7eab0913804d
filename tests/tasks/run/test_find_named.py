"""Names typed into a flow's form are found as on the command line, and a repeated run finds the same version."""

from __future__ import annotations

import pytest

from data.errors import InputError, NotFoundError
from tasks.run.find_named import model_named, use_named, version_named
from tests.world import MODEL, World


@pytest.mark.parametrize("typed", ["delay/1", "ops/delay/1", "delay/v1", f"{MODEL}/versions/1"])
def test_a_typed_version_is_found(typed: str, world: World) -> None:
    version = world.version()
    assert version_named(typed) == version


def test_a_model_name_without_a_number_is_refused_as_a_version(world: World) -> None:
    world.version()
    with pytest.raises(InputError, match="this command needs a version"):
        version_named("delay")


@pytest.mark.parametrize("typed", ["delay", "ops/delay", MODEL])
def test_a_typed_model_is_found(typed: str, world: World) -> None:
    world.version()
    assert model_named(typed) == MODEL


def test_an_unregistered_model_is_refused(world: World) -> None:
    with pytest.raises(NotFoundError):
        model_named("dealy")


def test_the_only_use_is_the_default(world: World) -> None:
    assert use_named(world.version(), "") == "planning"
    assert use_named("any", "as typed") == "as typed"


def test_one_of_several_uses_must_be_given(world: World) -> None:
    version = world.version()
    world.model(intended_uses=("planning", "pricing"))
    with pytest.raises(InputError, match="more than one use: planning; pricing"):
        use_named(version, "")
