"""The present time of a registry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import MissingRegistryError
from data.files.home import Home
from data.registry.registry import Registry
from data.registry.registry_time import RegistryTime, registry_time
from tests.world import World


def time_of(registry: Registry) -> RegistryTime:
    with registry.store.reading() as connection:
        return registry_time(connection)


def test_the_time_of_a_replay_registry_is_that_of_its_last_event(world: World) -> None:
    world.move(days=40)
    world.model()
    assert (time_of(world.registry).now, time_of(world.registry).is_replay) == (world.now, True)


@pytest.mark.parametrize("clock", ["wall", "replay"])
def test_the_time_of_a_wall_registry_or_a_new_one_is_now(home: Path, clock: str) -> None:
    registry = Registry(Home(home))
    registry.create(clock=clock)
    time = time_of(registry)
    assert time.clock == clock
    assert abs(time.now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_registry_without_genesis_has_no_time(home: Path) -> None:
    registry = Registry(Home(home))
    with registry.store.transaction(create=True):
        pass
    with pytest.raises(MissingRegistryError):
        time_of(registry)
