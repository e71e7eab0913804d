"""What is typed into a form is found as on the command line, and a run never finds another version the second time."""

from __future__ import annotations

import pytest

from data.errors import InputError, NotFoundError
from tasks.run.find_named import model_named, use_named, version_named
from tests.world import MODEL, World


@pytest.mark.parametrize("typed", ["delay/1", "ops/delay/1", "delay/v1", f"{MODEL}/versions/1"])
def test_a_version_as_people_type_it(typed: str, world: World) -> None:
    version = world.version()
    assert version_named(typed) == version


def test_a_models_name_alone_is_not_enough_for_a_version(world: World) -> None:
    world.version()
    with pytest.raises(InputError, match="this is done to one version"):
        version_named("delay")


@pytest.mark.parametrize("typed", ["delay", "ops/delay", MODEL])
def test_a_model_as_people_type_it(typed: str, world: World) -> None:
    world.version()
    assert model_named(typed) == MODEL


def test_a_model_that_nobody_registered(world: World) -> None:
    with pytest.raises(NotFoundError):
        model_named("dealy")


def test_the_only_use_need_not_be_named(world: World) -> None:
    assert use_named(world.version(), "") == "planning"
    assert use_named("any", "as typed") == "as typed"


def test_of_several_uses_one_must_be_named(world: World) -> None:
    version = world.version()
    world.model(intended_uses=("planning", "pricing"))
    with pytest.raises(InputError, match="more than one use: planning; pricing"):
        use_named(version, "")
