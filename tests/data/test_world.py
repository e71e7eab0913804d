"""The world that other tests stand on."""

from __future__ import annotations

from data.records.version import Version
from tests.world import World


def test_a_version_comes_to_be_approved_by_two_people(world: World) -> None:
    request = world.approved()
    version = world.get(Version, request.subject)
    assert (request.state, version.review_state) == ("approved", "approved")
    assert version.valid_until == request.valid_until


def test_a_code_never_comes_twice(world: World) -> None:
    assert len({world.code("alma") for _ in range(5)}) == 5
