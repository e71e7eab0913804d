"""The content of the form of an emergency release: who could release, and what serves."""

from __future__ import annotations

from data.queries.release_snapshot import release_snapshot
from data.records.person import Role
from tests.operations import deploy
from tests.world import World


def test_the_snapshot_has_the_releasers_and_the_version_in_the_slot(world: World) -> None:
    deploy(world, world.approved())
    second = world.version()
    roles = (Role.OPERATOR, Role.RISK_ACCEPTOR)
    shown = release_snapshot(world.registry, second, "production", "champion", roles, world.now)
    assert shown.version.version.key == second
    assert shown.releasers == ("otto", "rita")
    assert shown.serving == second.replace("versions/2", "versions/1")


def test_an_empty_slot_has_no_serving_version(world: World) -> None:
    shown = release_snapshot(world.registry, world.version(), "staging", "shadow", (Role.OPERATOR,), world.now)
    assert (shown.environment, shown.slot, shown.serving) == ("staging", "shadow", None)
