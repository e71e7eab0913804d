"""A checkpoint is signed in the registry first; the anchors get it afterwards, also if a crash came between."""

from __future__ import annotations

from data.audit.anchors.anchor import size_of
from data.queries.verification import verify_registry
from data.registry.checkpoint_signing import sign_checkpoint
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
from tests.world import World


def anchored(world: World) -> list[int]:
    return [size_of(one.last()) for one in world.registry.anchors]


def test_a_signed_checkpoint_is_in_the_anchors_only_after_it_is_appended(world: World) -> None:
    former = anchored(world)
    world.do(RecordRefusal(about="log", attempted="first", code="test", reason="first"))
    events = len(world.events())
    assert sign_checkpoint(world.registry) == events
    assert anchored(world) == former
    assert Registry(world.home).checkpoint() == events
    assert anchored(world) == [events] * len(former)
    assert verify_registry(world.registry, deep=True).ok


def test_a_checkpoint_is_signed_once_for_each_size(world: World) -> None:
    sign_checkpoint(world.registry)
    with world.registry.signing() as (_, log, _):
        notes = log.notes(0)
    sign_checkpoint(world.registry)
    with world.registry.signing() as (_, log, _):
        assert log.notes(0) == notes
