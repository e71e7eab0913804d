"""A confirmed clock: one event with the reason, and only where there is something to confirm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import InputError
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry import clock
from data.registry.clock import ClockReading, read_clock
from data.registry.clock_confirmation import confirm_clock
from tests.world import World

ADAM = RunContext(Actor(id="adam"))


def test_a_clock_that_agrees_is_not_confirmed(world: World) -> None:
    with pytest.raises(InputError, match="agrees with the last event"):
        confirm_clock(world.registry, "why not", ADAM)


def test_the_confirmation_is_an_event_with_both_times_and_the_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, last = read_clock(), world.events()[-1]["recorded_at"]
    behind = ClockReading(before.wall - timedelta(days=30), before.boot, before.uptime)
    monkeypatch.setattr(clock, "read_clock", lambda: behind)
    monkeypatch.setattr("data.registry.clock_confirmation.read_clock", lambda: behind)
    receipt = confirm_clock(world.registry, "the log was written with a wrong clock", ADAM)
    event = world.events("log.recovered")[0]
    assert (event["seq"], event["data"]["previous"]) == (receipt.seq, last)
    assert event["data"]["clock"].startswith(f"{behind.wall:%Y-%m-%dT%H:%M}")
    assert event["data"]["reason"] == "the log was written with a wrong clock"
