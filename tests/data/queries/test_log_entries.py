"""The events of the log as records: of everything, or of one model, version or row."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from data.errors import NotFoundError
from data.queries import log_entries
from data.queries.history import slot_as_of
from data.queries.log_entries import LogEntry, events, events_about, events_from
from data.queries.log_page import log_page
from data.registry.registry import Registry
from tests.data.queries.conftest import Milestones
from tests.world import MODEL, World


def events_named(registry: Registry, text: str = "", **bounds: datetime) -> list[LogEntry]:
    return list(log_page(registry, text, **bounds).rows)


def test_the_log_is_read_in_ranges(history_world: World, moments: Milestones, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = events_about(history_world.registry, MODEL)
    at_once = slot_as_of(history_world.registry, MODEL, moments["second"]).events
    monkeypatch.setattr(log_entries, "RANGE", 7)
    assert events_about(history_world.registry, MODEL) == whole
    assert slot_as_of(history_world.registry, MODEL, moments["second"]).events == at_once


BOUNDS: dict[str, tuple[Callable[[Milestones], Milestones], str, str]] = {
    "until a moment": (lambda at: {"until": at["first"]}, "model.registered", "deployment.completed"),
    "since a moment": (lambda at: {"since": at["rolled back"]}, "operation.begun", "deployment.suspended"),
    "between two": (
        lambda at: {"since": at["second"], "until": at["rolled back"]},
        "operation.begun",
        "deployment.rolled_back",
    ),
}


@pytest.mark.parametrize("bounds, first, last", BOUNDS.values(), ids=BOUNDS.keys())
def test_events_are_bounded_by_business_time(
    bounds: Callable[[Milestones], Milestones],
    first: str,
    last: str,
    history_world: World,
    moments: Milestones,
) -> None:
    found = events_named(history_world.registry, "delay", **bounds(moments))
    assert (found[0].type, found[-1].type) == (first, last)


def test_an_entry_has_the_fields_of_its_event(history_world: World) -> None:
    entry = events(history_world.registry.journal.bodies(), MODEL)[-1]
    body = json.loads(list(history_world.registry.journal.bodies())[entry.seq])
    assert (entry.id, entry.actor, entry.auth, entry.run) == (body["id"], "otto", "os-user", "op-s")
    assert entry.data == body["data"]
    assert f"{MODEL}/operation" in entry.rows
    assert len(events(history_world.registry.journal.bodies())) == body["seq"] + 1


def test_events_are_found_by_the_name_of_a_model_or_version(history_world: World) -> None:
    every = events_named(history_world.registry)
    assert [one.seq for one in every] == list(range(len(every)))
    assert events_named(history_world.registry, "delay") == events_about(history_world.registry, MODEL)
    assert events_named(history_world.registry, "delay/2") == events_about(
        history_world.registry, f"{MODEL}/versions/2"
    )
    with pytest.raises(NotFoundError):
        events_named(history_world.registry, "delay/9")


def test_events_are_read_from_a_number_on(history_world: World) -> None:
    every = events_named(history_world.registry)
    assert events_from(history_world.registry, 3) == every[3:]
    assert events_from(history_world.registry, len(every)) == []
