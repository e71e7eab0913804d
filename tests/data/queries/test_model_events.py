"""The events about models are found by their subjects, for one model and for several at once."""

from __future__ import annotations

import json

import duckdb
import pytest

from data.queries.log_entries import events
from data.queries.model_events import bodies_about, newest_events
from tests.operations import deployed
from tests.world import MODEL, World

OTHER = "models/risk/fraud"
SUBJECTS = (
    "log", f"{MODEL}/versions/1", OTHER, f"{MODEL}-two", "models/damaged", f"{MODEL}/versions/2/findings/1",
)  # fmt: skip


@pytest.mark.parametrize("models", [[MODEL], [MODEL, OTHER], [OTHER, MODEL, "models/ops/nothing"]])
def test_an_event_is_found_by_the_model_of_its_subject(models: list[str]) -> None:
    with duckdb.connect() as log:
        log.execute("CREATE TABLE audit_event (seq BIGINT PRIMARY KEY, body BLOB, subject VARCHAR)")
        for number, subject in enumerate(SUBJECTS):
            log.execute("INSERT INTO audit_event VALUES (?, ?, ?)", [number, json.dumps(number).encode(), subject])
        found = bodies_about(log, models)
    numbers = {MODEL: [1, 5], OTHER: [2], "models/ops/nothing": []}
    assert {model: [json.loads(body) for body in found[model]] for model in models} == {
        model: numbers[model] for model in models
    }


def test_the_events_of_a_model_are_those_of_the_whole_log(world: World) -> None:
    deployed(world)
    world.model(OTHER)
    with world.registry.store.reading() as connection:
        for models in ([MODEL], [MODEL, OTHER]):
            found = bodies_about(connection, models)
            assert [events(found[one], one) for one in models] == [events(connection, one) for one in models]


def test_the_latest_event_about_each_model_is_found_by_its_key(world: World) -> None:
    world.model()
    first = len(world.events()) - 1
    world.model(OTHER)
    newest = newest_events(world.home)
    assert (newest[MODEL], newest[OTHER]) == (first, len(world.events()) - 1)
    assert "people/alma" not in newest
