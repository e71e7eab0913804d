"""What the pages say of the log: that it holds, or why nothing is said."""

from __future__ import annotations

from data.queries.log_proof import prove_log
from tests.world import World


def test_a_log_that_holds_is_said_to_hold(world: World) -> None:
    proof = prove_log(world.home)
    assert proof.outcome is not None
    assert (proof.outcome.ok, proof.outcome.events, proof.why_not) == (True, len(world.events()), "")


def test_while_it_is_held_open_nothing_is_said(world: World) -> None:
    with world.registry.store.session():
        proof = prove_log(world.home)
    assert (proof.outcome, bool(proof.why_not)) == (None, True)
