"""A registry on the wall clock for browser tests: founded and validated within the last hour, without changes since.

home = founded_today(tmp_path / "home")        version 1 of the small world's model is validated
home.phone("alma").now()                       the code that alma's phone shows now
refusals(home)                                 the reasons of all refusals so far
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest

from data.records.run_context import RunContext
from data.registry.registry import Receipt, Registry
from tests import world as small_world
from tests.judged_model import registered_version, validated_version
from tests.world import World, found_world

READ_THE_TIME = (
    "data.registry.command_batch",
    "data.registry.audit_log",
    "data.registry.registry",
    "data.registry.registry_time",
)
FOUNDED_AGO = timedelta(hours=1)


class Earlier(datetime):
    """A wall clock that always shows the time it was set to."""

    moment = datetime.now(UTC)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return cls.moment


def waiting_for_approval(world: World) -> None:
    """Prepare a version that the gates judged and a validator concluded on."""
    validated_version(world, registered_version(world))


def founded_today(root: Path, prepare: Callable[[World], object] = waiting_for_approval) -> World:
    """Return a registry on the wall clock, with people who have one-time codes, after `prepare` has run on it."""
    with earlier() as past:
        past.setenv("MODELWARD_HOME", str(root))
        past.setenv("MODELWARD_ACTOR", "dev")
        past.setattr(small_world, "FOUNDED_AT", datetime.now(UTC).replace(microsecond=0) - FOUNDED_AGO)
        world = found_world(root)
        prepare(world)
    assert world.now < datetime.now(UTC) - timedelta(minutes=1), "what comes next would lie before it"
    return world


def refusals(world: World) -> list[str]:
    """Return the reasons for which the registry refused answers and commands, the last one at the end."""
    return [str(one["data"]["reason"]) for one in world.events("command.refused")]


@contextmanager
def earlier() -> Iterator[pytest.MonkeyPatch]:
    """Set the wall clock to the business time of each command while the registry is built."""
    carry_out, create = Registry.execute, Registry.create

    def execute(self: Registry, command: Any, context: RunContext) -> Receipt:
        Earlier.moment = context.as_of or Earlier.moment
        return carry_out(self, command, replace(context, as_of=None))

    def create_on_wall(self: Registry, origin: str = "", clock: str = "") -> Receipt:
        Earlier.moment = small_world.FOUNDED_AT
        return create(self, origin, "wall")

    with pytest.MonkeyPatch.context() as patch:
        for module in READ_THE_TIME:
            patch.setattr(f"{module}.datetime", Earlier)
        patch.setattr(Registry, "execute", execute)
        patch.setattr(Registry, "create", create_on_wall)
        yield patch
