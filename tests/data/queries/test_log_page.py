"""A page of the log: the latest events that match, with the number of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest

from data.queries import log_page as module
from data.queries.log_entries import LogEntry, events
from data.queries.log_page import log_page
from data.queries.lookup import find_subject
from data.queries.paging import PageRequest
from data.records.instant import write_instant
from data.registry.registry import Registry
from tests.data.queries.conftest import Milestones
from tests.world import MODEL, World


def events_named(
    registry: Registry, text: str = "", since: datetime | None = None, until: datetime | None = None
) -> list[LogEntry]:
    """Return all matching events, by reading the whole journal."""
    with registry.reading() as state:
        key = find_subject(state, text).key if text else ""
    low, high = write_instant(since) if since else "", write_instant(until) if until else "9999"
    return [one for one in events(registry.journal.bodies(), key) if low <= one.effective_at <= high]


QUESTIONS: dict[str, Callable[[Milestones], dict[str, Any]]] = {
    "everything": lambda at: {},
    "one model": lambda at: {"text": "delay"},
    "one version": lambda at: {"text": "delay/1"},
    "until a moment": lambda at: {"until": at["first"]},
    "between two, of a model": lambda at: {"text": "delay", "since": at["second"], "until": at["rolled back"]},
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that were read."""
    seen: list[bytes] = []

    def reading(bodies: Iterable[bytes], key: str) -> list[LogEntry]:
        seen.extend(arrived := list(bodies))
        return events(arrived, key)

    monkeypatch.setattr(module, "events", reading)
    return seen


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_the_pages_together_are_all_matching_events(
    question: Callable[[Milestones], dict[str, Any]], history_world: World, moments: Milestones
) -> None:
    bounds, registry = question(moments), history_world.registry
    whole = events_named(registry, **bounds)
    assert whole
    assert list(log_page(registry, **bounds).rows) == whole
    pages = [log_page(registry, **bounds, page=PageRequest(number, 7)) for number in range(1, len(whole) // 7 + 3)]
    assert [one for page in reversed(pages) for one in page.rows] == whole
    assert {page.total for page in pages} == {len(whole)}
    assert list(pages[0].rows) == whole[-7:]


def test_bodies_are_read_in_steps(history_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = events_named(history_world.registry)
    monkeypatch.setattr(module, "STEP", 6)
    assert list(log_page(history_world.registry).rows) == whole


def test_the_events_of_a_type_are_found(history_world: World) -> None:
    found = log_page(history_world.registry, MODEL.removeprefix("models/"), "deployment.")
    assert {one.type.partition(".")[0] for one in found.rows} == {"deployment"}


def test_only_the_bodies_on_the_page_are_read(history_world: World, read: list[bytes]) -> None:
    assert len(log_page(history_world.registry, page=PageRequest(2, 2)).rows) == 2
    assert len(read) == 2
