"""The retirement of a version by its name, and the consumers that it affects."""

from __future__ import annotations

import pytest

from data.errors import InputError
from data.queries.named_retirement import consumers_of, retirement_named
from data.records.model import Consumer
from data.registry.commands.model import DeclareConsumer
from tests.world import MODEL, World


def declared(world: World, system: str, model: str = MODEL) -> None:
    command = DeclareConsumer(model=model, system=system, owner="olga", contact="olga@example.org", cadence_days=2)
    world.do(command, by="olga")


def test_a_version_that_is_not_being_retired_has_no_retirement(world: World) -> None:
    first, second = world.version(), world.version()
    found = retirement_named(world.registry, "delay/1", "delay/2")
    assert (found.version.key, found.retirement) == (first, None)
    assert found.successor is not None
    assert found.successor.key == second
    assert retirement_named(world.registry, "delay/1").successor is None


def test_the_retirement_of_a_version_is_found(world: World) -> None:
    world.version()
    with pytest.raises(InputError, match="is a model"):
        retirement_named(world.registry, "delay")


def test_consumers_are_those_of_a_model_or_of_all(world: World) -> None:
    other = world.model("models/ops/gates")
    world.model()
    declared(world, "crew")
    declared(world, "desk", other)
    assert [one.system for one in consumers_of(world.registry, "delay").systems.rows] == ["crew"]
    assert {one.system for one in consumers_of(world.registry).systems.rows} == {"crew", "desk"}
    assert consumers_of(world.registry).parties.rows == ()
    assert isinstance(consumers_of(world.registry).systems.rows[0], Consumer)


def test_the_consumers_of_a_version_are_those_of_its_model(world: World) -> None:
    version = world.version()
    declared(world, "crew")
    of_model, of_version = consumers_of(world.registry, "delay"), consumers_of(world.registry, "delay/1")
    assert (of_model.model, of_model.version) == (MODEL, "")
    assert (of_version.model, of_version.version) == (MODEL, version)
    assert of_model.systems == of_version.systems
