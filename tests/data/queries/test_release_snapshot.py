"""What the form of an emergency release shows: who could release, and what serves there."""

from __future__ import annotations

from data.queries.release_snapshot import release_snapshot
from data.records.person import Role
from tests.operations import deploy
from tests.world import World


def test_it_names_everybody_who_holds_one_of_the_roles_and_what_serves_in_the_slot(world: World) -> None:
    deploy(world, world.approved())
    second = world.version()
    roles = (Role.OPERATOR, Role.RISK_ACCEPTOR)
    shown = release_snapshot(world.registry, second, "production", "champion", roles, world.now)
    assert shown.version.version.key == second
    assert shown.releasers == ("otto", "rita")
    assert shown.serving == second.replace("versions/2", "versions/1")


def test_nothing_serves_in_a_slot_that_nothing_was_deployed_to(world: World) -> None:
    shown = release_snapshot(world.registry, world.version(), "staging", "shadow", (Role.OPERATOR,), world.now)
    assert (shown.environment, shown.slot, shown.serving) == ("staging", "shadow", None)
