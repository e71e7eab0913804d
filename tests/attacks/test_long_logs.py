"""Attack: a registry of so many models, or a log so long, that each look-up takes seconds and a gigabyte.

Counts rows and event bodies and never measures time: what is read for one name, one page or one moment does not depend
on the number of other models and events.

Result: Prevented: look-ups by key; lists have pages; an event is read only if it is about the model.
Caught in: `data/queries/lookup.py`, `data/queries/log_page.py`, `data/queries/history.py`,
`data/queries/model_events.py`, `views/pages/inventory_page.py`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from data.queries import log_entries
from data.queries.history import slot_as_of
from data.queries.inventory import inventory
from data.queries.log_page import log_page
from data.queries.lookup import row_named, version_named
from data.queries.model_snapshot import model_snapshot
from data.queries.paging import PageRequest
from data.queries.subject_record import ModelRecord, subject_record
from data.queries.version_filter import VersionFilter
from data.records.review import Finding, Severity
from data.records.version import Version
from data.registry.commands.model import DeclareConsumer
from data.registry.commands.review import OpenFinding
from tests.operations import deployed, held_after
from tests.row_counts import count_rows, list_read_events
from tests.world import MODEL, Template, World
from views.pages.inventory_page import InventoryChoice
from views.pages.inventory_view import inventory_view
from views.pages.render import render_inventory

V1 = f"{MODEL}/versions/1"
OTHERS = 12


def _crowded(world: World) -> None:
    """A deployed version with a finding, between many models with a version and events of their own."""
    deployed(world)
    world.move(days=1)
    for number in range(OTHERS):
        model = f"models/rail/wear-{number}"
        version = world.version(model)
        for command in (_finding(world, version), *(_consumer(model, system) for system in ("crew", "desk"))):
            world.do(command)
    world.do(_finding(world, V1))


def _finding(world: World, version: str) -> OpenFinding:
    due = world.now + timedelta(days=30)
    return OpenFinding(
        version=version, title="drifts", text="it drifts", severity=Severity.LOW, owner="olga", due_at=due
    )


def _consumer(model: str, system: str) -> DeclareConsumer:
    return DeclareConsumer(
        model=model, system=system, owner="olga", contact="desk@example.com", purpose="planning", cadence_days=1,
        criticality="low", feeds_model=None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world of `_crowded`, held open."""
    with held_after(_crowded, founded, tmp_path_factory.mktemp("crowded")) as crowded:
        yield crowded


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The number of rows of each table, and of event bodies, that the test reads."""
    seen = count_rows(monkeypatch)

    def parsed(body: bytes) -> Any:
        seen["body"] += 1
        return loads(body)

    loads = log_entries.json.loads
    monkeypatch.setattr(log_entries, "json", type("", (), {"loads": staticmethod(parsed)}))
    return seen


@pytest.mark.parametrize("name", ["delay/1", "ops/delay/1", V1])
def test_a_version_is_found_by_its_name_without_reading_other_models(
    name: str, world: World, read: Counter[str]
) -> None:
    assert version_named(world.registry, name).version.key == V1
    assert read["version"] == 1
    assert read["model"] <= 1


def test_a_finding_is_found_by_its_number_without_reading_those_of_other_models(
    world: World, read: Counter[str]
) -> None:
    assert row_named(world.registry, Finding, "delay/1#1").version == V1
    assert read["finding"] == 1


def test_a_model_is_shown_without_reading_other_models(world: World, read: Counter[str]) -> None:
    subject_record(world.registry, "delay")
    assert (read["model"], read["version"], read["consumer"]) == (1, 1, 0)


def test_a_page_of_the_versions_of_a_model_reads_only_these(world: World, read: Counter[str]) -> None:
    found = subject_record(world.registry, "delay", PageRequest(2, 1))
    assert isinstance(found, ModelRecord)
    assert (found.of(Version), found.page.total, read["version"]) == ([], 1, 0)


@pytest.mark.parametrize("team", ["", "rail"])
def test_a_page_of_the_inventory_reads_only_the_versions_on_it(team: str, world: World, read: Counter[str]) -> None:
    found = inventory(world.registry, versions=VersionFilter(team=team), page=PageRequest(2, 3))
    assert (len(found.versions), found.page.total) == (3, OTHERS + (not team))
    assert (read["version"], read["model"], read["finding"], read["consumer"]) == (3, 3, 3, 6)


def test_a_page_of_the_log_reads_only_the_events_on_it(world: World, read: Counter[str]) -> None:
    assert len(log_page(world.registry, page=PageRequest(1, 5)).rows) == 5
    assert read["body"] == 5


def test_a_past_moment_is_answered_from_the_events_of_its_model(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def reading(connection: Any, numbers: Sequence[int]) -> Iterator[bytes]:
        seen.extend(numbers)
        return log_entries.bodies_of(connection, numbers)

    monkeypatch.setattr("data.queries.history.bodies_of", reading)
    assert slot_as_of(world.registry, "delay", world.now + timedelta(days=1)).version == V1
    assert 0 < len(seen) < len(log_page(world.registry).rows) - 3 * OTHERS


def test_a_page_about_a_model_reads_only_the_events_about_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list_read_events(monkeypatch)
    found = model_snapshot(world.home, MODEL)
    assert seen == [one.seq for one in found.events]
    assert len(seen) < found.log_size - 3 * OTHERS


def test_a_page_of_the_inventory_shows_no_more_models_than_fit_on_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("views.pages.inventory_page.MOST_LINES", 3)
    view = inventory_view(world.home)
    pages = [render_inventory(view, None, choice=InventoryChoice(number=number)) for number in (1, 5)]
    assert [page.count('class="line') for page in pages] == [3, 1]
    assert f"Models 13 to 13 of {OTHERS + 1}." in pages[1]
