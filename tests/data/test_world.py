"""The test world: a version that is approved, with one-time codes that are never reused."""

from __future__ import annotations

from data.records.version import Version
from tests.world import World


def test_two_people_approve_a_version(world: World) -> None:
    request = world.approved()
    version = world.get(Version, request.subject)
    assert (request.state, version.review_state) == ("approved", "approved")
    assert version.valid_until == request.valid_until


def test_a_one_time_code_is_never_repeated(world: World) -> None:
    assert len({world.code("alma") for _ in range(5)}) == 5
