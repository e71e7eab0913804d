"""The state of the log in the registry, its journal and its anchors; a copy that cannot be read says why."""

from __future__ import annotations

import pytest

from data.audit.anchors.line_file import LineFile
from data.errors import AnchorError
from data.queries.log_state import anchor_count, anchor_states, journal_size, log_state, newest_event
from tests.world import World


def test_the_state_of_the_log_has_its_size_clock_and_time(world: World) -> None:
    state = log_state(world.registry)
    events = world.events()
    assert (state.events, state.clock, state.clock_fault) == (len(events), "replay", None)
    assert state.recorded_at == events[-1]["recorded_at"]
    assert newest_event(world.registry) == len(events) - 1


def test_a_journal_has_a_size_and_a_missing_one_none(world: World) -> None:
    assert journal_size(world.registry) == log_state(world.registry).events
    world.registry.journal.path.unlink()
    assert journal_size(world.registry) is None


def test_each_anchor_says_how_far_it_reaches_or_why_it_cannot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (local,) = anchor_states(world.registry)
    assert (local.location, 0 < local.events <= log_state(world.registry).events) == ("local", True)
    assert (local.fault, anchor_count(world.registry)) == (None, 1)

    def away(_: LineFile) -> str:
        raise AnchorError("the anchor is away", "start its host")

    monkeypatch.setattr(LineFile, "last", away)
    (unread,) = anchor_states(world.registry)
    assert unread.fault is not None
    assert (unread.events, unread.fault.what) == (0, "the anchor is away")


def test_a_lost_registry_has_a_journal_alone(world: World) -> None:
    assert (world.registry.exists, world.registry.is_lost) == (True, False)
    world.home.database.unlink()
    assert (world.registry.exists, world.registry.is_lost) == (False, True)
