"""The time at which a step is judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from data.errors import InputError
from tasks.run.business_time import meanwhile, moment
from tests.judged_model import adopt, standard_text
from tests.world import World

NOON = datetime(2013, 3, 1, 12, tzinfo=UTC)


def test_a_given_time_is_converted_to_utc() -> None:
    assert moment(NOON.astimezone(timezone(timedelta(hours=9)))) == NOON
    assert moment(NOON.astimezone(timezone(timedelta(hours=9)))).tzinfo is UTC


def test_the_default_is_the_current_time() -> None:
    before = datetime.now(UTC)
    assert before <= moment(None) <= datetime.now(UTC)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="has no time zone"):
        moment(datetime(2013, 3, 1))  # noqa: DTZ001 - what is refused


def test_after_a_wait_the_time_is_that_of_the_latest_event(world: World) -> None:
    began = world.now
    world.move(days=2)
    adopt(world, standard_text())
    assert meanwhile(began) == world.now
    assert meanwhile(world.now + timedelta(days=1)) == world.now + timedelta(days=1)
    assert meanwhile(None) is None
