"""Attack: one command is given while the clock of the host is wrong by years, in either direction.

Result: Refused before anything is written, unless a person confirms the clock with a reason and an event.
Caught in: `data/registry/clock.py`
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from data.audit.verifier.verification import verify
from data.errors import ClockError
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry import audit_log, clock, clock_confirmation
from data.registry.clock import ClockReading, read_clock
from data.registry.clock_confirmation import confirm_clock
from data.registry.registry import Registry
from tests.world import World

ADAM = RunContext(Actor(id="adam"))
YEARS = timedelta(days=3 * 365)
Leap = Callable[[timedelta], None]


@pytest.fixture
def leap(monkeypatch: pytest.MonkeyPatch) -> Leap:
    """Move the wall clock of this host; the clock since boot continues."""

    def by(span: timedelta) -> None:
        class Moved(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                return read_clock().wall + span

        def moved() -> ClockReading:
            real = read_clock()
            return ClockReading(real.wall + span, real.boot, real.uptime)

        monkeypatch.setattr(audit_log, "datetime", Moved)
        monkeypatch.setattr(clock, "read_clock", moved)
        monkeypatch.setattr(clock_confirmation, "read_clock", moved)

    return by


@pytest.mark.parametrize(
    "span",
    [YEARS, -YEARS, timedelta(days=30), timedelta(hours=-1)],
    ids=["three years ahead", "three years behind", "a month ahead in one boot", "an hour behind"],
)
def test_with_a_clock_that_leaped_nothing_is_recorded_and_later_commands_have_true_times(
    world: World, leap: Leap, span: timedelta
) -> None:
    world.model()
    before = world.home.journal.read_bytes()
    leap(span)
    with pytest.raises(ClockError, match="nothing was recorded"):
        world.version()
    assert world.home.journal.read_bytes() == before
    leap(timedelta(0))
    world.version()
    last = datetime.fromisoformat(world.events()[-1]["recorded_at"])
    assert abs(read_clock().wall - last) < timedelta(hours=1)


def test_business_time_of_a_replay_registry_is_not_compared(world: World) -> None:
    world.move(days=5_000)
    world.model()
    world.move(days=-4_000)
    world.version()


def test_after_a_person_confirmed_a_clock_behind_the_log_every_command_is_recorded(world: World, leap: Leap) -> None:
    leap(timedelta(days=30))
    world.home.clock.unlink()
    world.model()
    leap(timedelta(0))
    with pytest.raises(ClockError, match="before the last event"):
        world.version()
    confirm_clock(world.registry, "it was a month ahead", ADAM)
    world.version()
    assert Registry(world.home).head().size == len(world.events())
    assert verify(world.home.database, world.home.journal, [("local", world.home.anchor)], None, deep=True).ok


def test_after_a_person_confirmed_a_long_silence_every_command_is_recorded(world: World, leap: Leap) -> None:
    leap(YEARS)
    confirm_clock(world.registry, "the registry rested for three years", ADAM)
    world.version()
    assert world.events("log.recovered")[0]["data"]["reason"] == "the registry rested for three years"
