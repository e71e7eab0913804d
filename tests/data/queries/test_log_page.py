"""The latest events that match, read from the end of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest

from data.queries import log_page as module
from data.queries.log_entries import LogEntry, events, events_named
from data.queries.log_page import log_page
from tests.world import MODEL, World

Moments = dict[str, datetime]
QUESTIONS: dict[str, Callable[[Moments], dict[str, Any]]] = {
    "everything": lambda at: {},
    "one model": lambda at: {"text": "delay"},
    "one version": lambda at: {"text": "delay/1"},
    "until a moment": lambda at: {"until": at["first"]},
    "between two, of a model": lambda at: {"text": "delay", "since": at["second"], "until": at["rolled back"]},
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that were read, with windows of a few events."""
    seen: list[bytes] = []

    def reading(bodies: Iterable[bytes], key: str) -> list[LogEntry]:
        seen.extend(arrived := list(bodies))
        return events(arrived, key)

    monkeypatch.setattr(module, "events", reading)
    monkeypatch.setattr(module, "WINDOW", 3)
    monkeypatch.setattr(module, "LARGEST_WINDOW", 5)
    return seen


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_a_page_is_the_end_of_all_matching_events(
    question: Callable[[Moments], dict[str, Any]], history_world: World, moments: Moments, read: list[bytes]
) -> None:
    bounds = question(moments)
    whole = events_named(history_world.registry, **bounds)
    assert whole
    assert module.log_page(history_world.registry, **bounds).entries == whole
    page = module.log_page(history_world.registry, **bounds, limit=4)
    assert (page.entries, page.is_cut) == (whole[-4:], len(whole) > 4)


def test_many_events_are_read_in_one_query(history_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = events_named(history_world.registry)
    monkeypatch.setattr(module, "_FEW", 6)
    assert log_page(history_world.registry).entries == whole


def test_the_events_of_a_type_are_found(history_world: World) -> None:
    found = log_page(history_world.registry, MODEL.removeprefix("models/"), "deployment.", limit=100)
    assert {one.type.partition(".")[0] for one in found.entries} == {"deployment"}
    assert not found.is_cut


def test_no_more_bodies_are_read_than_are_shown(history_world: World, read: list[bytes]) -> None:
    assert len(log_page(history_world.registry, limit=2).entries) == 2
    assert len(read) == 3, "one more says that there are older events"
