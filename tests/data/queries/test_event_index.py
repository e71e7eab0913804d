"""The index of events by model reads the log once, then only new events, and a different log from its start."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest

from data.queries.event_index import EventIndex
from data.queries.log_entries import events
from tests.operations import deployed
from tests.world import MODEL, World

OTHER = "models/risk/fraud"


@pytest.fixture
def log() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty log."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE audit_event (seq BIGINT PRIMARY KEY, body BLOB, subject VARCHAR)")
        connection.execute("CREATE TABLE audit_head (id INTEGER, size BIGINT)")
        yield connection


def append(log: duckdb.DuckDBPyConnection, *bodies: dict[str, str]) -> None:
    (size,) = log.execute("SELECT count(*) FROM audit_event").fetchone() or (0,)
    for number, body in enumerate(bodies, start=size):
        log.execute("INSERT INTO audit_event VALUES (?, ?, ?)", [number, json.dumps(body).encode(), body["subject"]])
    log.execute("DELETE FROM audit_head")
    log.execute("INSERT INTO audit_head SELECT 0, count(*) FROM audit_event")


def found(index: EventIndex, log: duckdb.DuckDBPyConnection, model: str) -> list[object]:
    index.extend(log)
    return [json.loads(body) for body in index.bodies(log, model)]


def test_an_event_is_found_by_the_model_of_its_subject(log: duckdb.DuckDBPyConnection) -> None:
    append(log, {"subject": "log"}, {"subject": f"{MODEL}/versions/1"}, {"subject": OTHER}, {"subject": f"{MODEL}-two"})
    append(log, {"subject": "models/damaged"}, {"subject": f"{MODEL}/versions/2/findings/1"})
    index = EventIndex()
    assert found(index, log, MODEL) == [
        {"subject": f"{MODEL}/versions/1"},
        {"subject": f"{MODEL}/versions/2/findings/1"},
    ]
    assert found(index, log, OTHER) == [{"subject": OTHER}]
    assert found(index, log, "models/ops/nothing") == []
    assert [index.newest(one) for one in (MODEL, OTHER, f"{MODEL}-two", "models/ops/nothing")] == [5, 2, 3, 0]


def test_indexed_events_are_not_read_again(log: duckdb.DuckDBPyConnection) -> None:
    index = EventIndex()
    assert found(index, log, MODEL) == []
    append(log, {"subject": MODEL})
    assert found(index, log, MODEL) == [{"subject": MODEL}]
    log.execute("UPDATE audit_event SET body = encode('{}')")
    append(log, {"subject": f"{MODEL}/alerts/1"})
    assert found(index, log, MODEL) == [{}, {"subject": f"{MODEL}/alerts/1"}]


def test_a_log_that_became_shorter_is_read_again(log: duckdb.DuckDBPyConnection) -> None:
    append(log, {"subject": MODEL}, {"subject": MODEL})
    index = EventIndex()
    assert len(found(index, log, MODEL)) == 2
    log.execute("DELETE FROM audit_event")
    append(log, {"subject": OTHER})
    assert (found(index, log, MODEL), found(index, log, OTHER)) == ([], [{"subject": OTHER}])


def test_the_index_finds_the_same_events_as_the_whole_log(world: World) -> None:
    deployed(world)
    world.model(OTHER)
    with world.registry.store.reading() as connection:
        index = EventIndex()
        index.extend(connection)
        for model in (MODEL, OTHER):
            assert events(index.bodies(connection, model), model) == events(connection, model)
