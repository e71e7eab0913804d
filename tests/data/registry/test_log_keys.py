"""The keys of a log are those that genesis and the rotations declare, each from the size that includes its event."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from data.audit.body import canonical
from data.errors import AuditError
from data.registry.log_keys import DeclaredKey, key_at, log_keys


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE audit_event (seq BIGINT, type VARCHAR, body BLOB)")
        yield connection


def add(connection: duckdb.DuckDBPyConnection, seq: int, kind: str, vkey: str) -> None:
    body = canonical({"data": {"vkey": vkey}, "recorded_at": f"time {seq}"})
    connection.execute("INSERT INTO audit_event VALUES (?, ?, ?)", [seq, kind, body])


def test_a_key_signs_from_the_size_that_includes_its_event(connection: duckdb.DuckDBPyConnection) -> None:
    add(connection, 7, "log.key_rotated", "second")
    add(connection, 0, "log.created", "first")
    add(connection, 3, "model.registered", "no key")
    keys = log_keys(connection)
    assert keys == [DeclaredKey("first", 1, "time 0"), DeclaredKey("second", 8, "time 7")]
    assert [key_at(keys, size) for size in (0, 1, 7, 8, 99)] == ["", "first", "first", "second", "second"]


def test_a_damaged_declaration_is_an_error(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO audit_event VALUES (0, 'log.created', 'damaged'::BLOB)")
    with pytest.raises(AuditError, match="event 0 of the registry declares no readable key"):
        log_keys(connection)
