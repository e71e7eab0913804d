"""The audit log in a transaction: canonical bodies, hash chain, Merkle tree, checkpoints when they are due."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import rfc8785

from data.audit.body import GENESIS_PREV, leaf_hash
from data.audit.keys import SigningKey
from data.audit.merkle import Frontier
from data.audit.note import verify_checkpoint
from data.errors import ConfigurationError, NotFoundError
from data.records.events import EventType
from data.records.person import Actor, Person
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog, Head, uuid7
from data.registry.command import CommandResult
from data.registry.rules.number import RULES_NUMBER
from data.registry.store import Store

NOW = datetime(2013, 3, 1, tzinfo=UTC)
KEY = SigningKey("tests.example/log", bytes(32))
GENESIS = CommandResult(EventType.LOG_CREATED, "log", data={"origin": "tests.example/log", "clock": "replay"})
ORDINARY = CommandResult(EventType.COMMAND_REFUSED, "models/ops/delay", data={"reason": "no"}, refs={"evidence": None})


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    store = Store(tmp_path / "registry.duckdb", tmp_path / "registry.lock")
    with store.transaction(create=True) as connection:
        yield connection


@pytest.fixture
def log(connection: duckdb.DuckDBPyConnection) -> AuditLog:
    return AuditLog(connection, KEY)


@pytest.fixture
def context() -> RunContext:
    return RunContext(Actor(id="ana"), NOW, "run-1")


def append(log: AuditLog, context: RunContext, *results: CommandResult) -> list[dict[str, object]]:
    for result in results:
        log.write([log.compose(log.head(), result, context)])
    return [json.loads(body) for body in log.bodies(0)]


def test_an_empty_log_has_a_head_of_size_zero(log: AuditLog) -> None:
    assert log.head() == Head(0, GENESIS_PREV, Frontier.empty(), "", "replay", "")


def test_the_first_event_and_no_other_is_genesis(log: AuditLog, context: RunContext) -> None:
    with pytest.raises(ConfigurationError, match="has no genesis event"):
        append(log, context, ORDINARY)
    with pytest.raises(ConfigurationError, match="has a genesis event already"):
        append(log, context, GENESIS, GENESIS)


def test_a_body_has_every_field_and_is_canonical(log: AuditLog, context: RunContext) -> None:
    row = Person(key="people/ana", person="ana", name="Ana", added_at=NOW, added_by="adam")
    result = CommandResult(EventType.PERSON_ADDED, "people/ana", (row,), actor=Actor(id="adam", auth="totp"))
    _, event = append(log, context, GENESIS, result)
    assert set(event) == {
        "v", "log", "seq", "prev", "recorded_at", "effective_at", "id", "type", "subject", "actor", "data", "rows",
        "refs", "rules",
    }  # fmt: skip
    assert (event["v"], event["rules"]) == (2, RULES_NUMBER)
    assert (event["log"], event["seq"], event["effective_at"]) == (
        "tests.example/log", 1, "2013-03-01T00:00:00.000000Z"
    )  # fmt: skip
    assert (event["actor"], event["rows"], event["refs"]) == (
        {"id": "adam", "auth": "totp"}, [row.image()], {"run": "run-1"}
    )  # fmt: skip
    assert [rfc8785.dumps(json.loads(body)) for body in log.bodies(0)] == log.bodies(0)


def test_the_columns_are_copies_of_the_body(
    log: AuditLog, context: RunContext, connection: duckdb.DuckDBPyConnection
) -> None:
    events = append(log, context, GENESIS, ORDINARY)
    stored = connection.execute("SELECT seq, leaf, id, type, subject, actor FROM audit_event ORDER BY seq").fetchall()
    bodies = log.bodies(0)
    assert stored == [
        (event["seq"], leaf_hash(body), event["id"], event["type"], event["subject"], "ana")
        for event, body in zip(events, bodies, strict=True)
    ]


def test_the_head_has_the_last_leaf_and_the_merkle_frontier(log: AuditLog, context: RunContext) -> None:
    append(log, context, GENESIS, ORDINARY, ORDINARY)
    frontier = Frontier.empty()
    for body in log.bodies(0):
        frontier = frontier.append(leaf_hash(body))
    head = log.head()
    assert (head.size, head.leaf, head.origin) == (3, leaf_hash(log.bodies(2)[0]).hex(), "tests.example/log")
    assert head.frontier.root() == frontier.root()
    assert log.origin() == head.origin


def test_bodies_are_selected_by_number(log: AuditLog, context: RunContext) -> None:
    append(log, context, GENESIS, ORDINARY, ORDINARY)
    assert [json.loads(body)["seq"] for body in log.bodies(1)] == [1, 2]
    assert [json.loads(body)["seq"] for body in log.bodies(1, 2)] == [1]


def test_the_newest_event_of_a_type_about_a_subject_is_found(log: AuditLog, context: RunContext) -> None:
    events = append(log, context, GENESIS, ORDINARY, ORDINARY)
    assert log.newest("models/ops/delay", EventType.COMMAND_REFUSED) == (2, events[2]["id"])
    with pytest.raises(NotFoundError, match=r"no event of type person\.added"):
        log.newest("models/ops/delay", EventType.PERSON_ADDED)


def test_a_checkpoint_signs_size_and_root_of_the_log(log: AuditLog, context: RunContext) -> None:
    append(log, context, GENESIS, ORDINARY)
    key = SigningKey("tests.example/log", b"k" * 32)
    note = log.sign(key, log.head())
    signed = verify_checkpoint(note, key.vkey)
    assert (signed.size, signed.root) == (2, log.head().frontier.root())
    assert log.sign(key, log.head()) == note
    assert log.notes() == [note]


def test_a_checkpoint_is_due_by_decision_by_number_and_by_time(log: AuditLog, context: RunContext) -> None:
    append(log, context, GENESIS)
    soon = datetime.now(UTC)
    log.sign(SigningKey("tests.example/log", b"k" * 32), log.head())
    assert not log.checkpoint_due(1, True, soon, 1), "nothing new"
    append(log, context, ORDINARY)
    assert log.checkpoint_due(2, True, soon, 1)
    assert not log.checkpoint_due(2, False, soon, 1)
    assert log.checkpoint_due(2, False, soon + timedelta(minutes=6), 1)
    assert log.checkpoint_due(101, False, soon, 1)


def test_ids_are_of_version_seven_and_grow_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = uuid.UUID(uuid7())
    assert (first.version, first.variant) == (7, uuid.RFC_4122)
    monkeypatch.setattr("time.time_ns", lambda: 2_000_000_000_000_000_000)
    assert uuid.UUID(uuid7()).int >> 80 == 2_000_000_000_000
    assert len({uuid7() for _ in range(100)}) == 100
