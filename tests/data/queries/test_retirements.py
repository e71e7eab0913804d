"""The facts about a version before its retirement, and about the retirement."""

from __future__ import annotations

import pytest

from data.errors import NotFoundError
from data.queries.retirements import retirement_snapshot, retirement_subject
from data.registry.commands.model import DeclareConsumer
from data.registry.rules.retirement import retirement_digest
from tests.operations import deployed
from tests.retirement_states import KEY, VERSION, opened
from tests.world import MODEL, World


def consumed(world: World) -> None:
    """Let version 1 serve; two systems use the model, and one of them is a party of the retirement."""
    world.version()
    for system in ("gates", "desk"):
        world.do(DeclareConsumer(model=MODEL, system=system, owner="olga", contact="a@example.org", cadence_days=2))
    deployed(world, "op-1", version=world.validated(VERSION))


def test_a_version_is_read_with_its_model_and_the_consumers_of_all_models(world: World) -> None:
    consumed(world)
    found = retirement_subject(world.registry, VERSION)
    assert (found.version.key, found.model.key, found.retirement) == (VERSION, MODEL, None)
    assert {one.system for one in found.consumers} == {"gates", "desk"}
    assert [one.standard for one in found.standards] == ["baseline"]
    opened(world)
    open_one = retirement_subject(world.registry, VERSION).retirement
    assert open_one is not None
    assert open_one.key == KEY


def test_a_retirement_is_read_with_the_consumers_of_its_parties_and_the_slots_of_its_version(world: World) -> None:
    consumed(world)
    opened(world)
    found = retirement_snapshot(world.registry, KEY)
    assert [one.system for one in found.consumers] == ["gates"]
    assert [one.version for one in found.slots] == [VERSION]
    assert {one.system for one in found.parties} == {"gates", "crew", "shadow-it"}
    with world.registry.reading() as state:
        assert found.plan_digest == retirement_digest(state, KEY)
    assert (found.requests, found.version.key) == ((), VERSION)


def test_a_missing_retirement_raises_an_error(world: World) -> None:
    with pytest.raises(NotFoundError):
        retirement_snapshot(world.registry, KEY)
