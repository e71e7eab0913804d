"""The time in a registry, and the time of its latest event."""

from __future__ import annotations

from data.queries.registry_clock import newest_event_at, time_in
from tests.world import World


def test_a_replay_registry_is_at_the_time_of_its_newest_event(world: World) -> None:
    world.model()
    time = time_in(world.registry)
    assert time.is_replay
    assert time.now == newest_event_at(world.registry) == world.now
