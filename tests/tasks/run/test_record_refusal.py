"""A refusal before any command reaches the registry leaves an event."""

from __future__ import annotations

import pytest

from data.errors import (
    ArtifactError,
    DigestMismatchError,
    LogFormatError,
    ModelwardError,
    NotAuthorisedError,
    StoreError,
)
from data.records.person import Actor
from data.records.run_context import RunContext
from tasks.run.record_refusal import BYTES, refusals_recorded
from tests.world import World


def at(world: World) -> RunContext:
    return RunContext(Actor(id="dev"), world.now, "run-7")


@pytest.mark.parametrize("error", [LogFormatError, NotAuthorisedError, ArtifactError])
def test_a_refusal_is_recorded_and_raised(world: World, error: type[ModelwardError]) -> None:
    with (
        pytest.raises(error, match="no such column"),
        refusals_recorded("register model", "models/a/b", at(world)),
    ):
        raise error("no such column", "add it")
    event = world.events()[-1]
    assert (event["type"], event["subject"], event["actor"]["id"]) == ("command.refused", "models/a/b", "dev")
    assert (event["data"]["attempted"], event["data"]["reason"]) == ("register model", "no such column")


def test_a_very_long_reason_is_cut(world: World) -> None:
    with pytest.raises(LogFormatError), refusals_recorded("register model", "registry", at(world)):
        raise LogFormatError("x" * 9_000)
    assert len(world.events()[-1]["data"]["reason"]) == 4_000


def test_an_unrelated_error_is_not_recorded(world: World) -> None:
    events = len(world.events())
    with refusals_recorded("register model", "registry", at(world)):
        pass
    with pytest.raises(StoreError), refusals_recorded("register model", "registry", at(world)):
        raise StoreError("disk full")
    assert len(world.events()) == events


@pytest.mark.parametrize(("error", "counted"), [(DigestMismatchError, 1), (LogFormatError, 1), (NotAuthorisedError, 0)])
def test_with_kind_bytes_only_errors_about_bytes_are_recorded(
    world: World, error: type[ModelwardError], counted: int
) -> None:
    events = len(world.events())
    with pytest.raises(error), refusals_recorded("deploy model", "models/a/b", at(world), BYTES):
        raise error("no longer the bytes")
    assert len(world.events()) == events + counted
