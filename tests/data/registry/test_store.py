"""The store: atomic transactions, one writer at a time, no nesting, and only schemas that the program knows."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import get_args

import duckdb
import pytest

from data.errors import (
    MissingRegistryError,
    NestedTransactionError,
    SchemaVersionError,
    StoreError,
    StoreLockedError,
)
from data.records.row import StorageKind
from data.records.tables import TABLES
from data.registry.migration import AUDIT_TABLES, MIGRATIONS, known_migrations, migrate
from data.registry.store import Store

Opened = Callable[[Store], AbstractContextManager[object]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with a migrated, empty file."""
    store = Store(tmp_path / "registry.duckdb", tmp_path / "registry.lock", wait_seconds=0.2)
    with store.transaction(create=True):
        pass
    return store


def add(store: Store, name: str) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO schema_version VALUES (-1, ?)", [name])


def names(store: Store) -> list[str]:
    with store.reading() as connection:
        return [row[0] for row in connection.execute("SELECT name FROM schema_version WHERE version < 0").fetchall()]


def test_a_committed_row_is_read(store: Store) -> None:
    add(store, "kept")
    assert names(store) == ["kept"]


def test_an_exception_rolls_the_transaction_back(store: Store) -> None:
    def interrupted() -> None:
        with store.transaction() as connection:
            connection.execute("INSERT INTO schema_version VALUES (-1, 'lost')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(store) == []


OPENED: dict[str, Opened] = {
    "a transaction": lambda store: store.transaction(),
    "a session": lambda store: store.session(),
    "a turn": lambda store: store.turn(),
    "a reading": lambda store: store.reading(),
}


@pytest.mark.parametrize("opened", OPENED.values(), ids=OPENED)
def test_a_missing_file_is_an_error(opened: Opened, tmp_path: Path) -> None:
    store = Store(tmp_path / "registry.duckdb", tmp_path / "registry.lock")
    with pytest.raises(MissingRegistryError, match="there is no registry at"), opened(store):
        pass
    assert not store.exists()


NESTED: dict[str, tuple[Opened, Opened]] = {
    "a transaction in a transaction": (OPENED["a transaction"], OPENED["a transaction"]),
    "a transaction in a reading": (OPENED["a reading"], OPENED["a transaction"]),
    "a reading in a transaction": (OPENED["a transaction"], OPENED["a reading"]),
    "a turn in a transaction": (OPENED["a transaction"], OPENED["a turn"]),
    "a session in a reading": (OPENED["a reading"], OPENED["a session"]),
}


@pytest.mark.parametrize("nested", NESTED.values(), ids=NESTED)
def test_nesting_is_refused(nested: tuple[Opened, Opened], store: Store) -> None:
    outer, inner = nested
    with outer(store), pytest.raises(NestedTransactionError), inner(store):
        pass
    add(store, "free again")


def test_a_session_keeps_the_file_open_for_several_transactions(store: Store) -> None:
    with store.session(), store.session():
        add(store, "one")
        assert names(store) == ["one"]
    assert names(store) == ["one"]


def test_a_snapshot_is_read_only(store: Store) -> None:
    for holding in (OPENED["a session"], OPENED["a reading"]):
        with pytest.raises(duckdb.Error, match="read-only"):
            write_while_reading(store, holding)
    assert names(store) == []


def write_while_reading(store: Store, holding: Opened) -> None:
    sql = "INSERT INTO schema_version VALUES (-1, 'x')"
    if holding is OPENED["a reading"]:
        with store.reading() as connection:
            connection.execute(sql)
    else:
        with store.session(), store.reading() as connection:
            connection.execute(sql)


def test_the_connection_reads_no_other_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    with store.transaction() as connection, pytest.raises(duckdb.Error, match="disabled by configuration"):
        connection.execute(f"SELECT * FROM read_csv('{tmp_path / 'x.csv'}')")
    with store.transaction() as connection, pytest.raises(duckdb.Error, match="locked"):
        connection.execute("SET enable_external_access = true")


@pytest.mark.parametrize("opened", OPENED.values(), ids=OPENED)
def test_another_thread_waits_and_then_gets_an_error(opened: Opened, store: Store) -> None:
    results: list[str] = []

    def other() -> None:
        try:
            with store.turn(), store.transaction():
                results.append("in")
        except StoreLockedError as locked:
            results.append(locked.what)

    thread = threading.Thread(target=other)
    with opened(store):
        thread.start()
        thread.join()
    held_alone = opened is not OPENED["a session"]
    assert results == (["another thread of this process holds the registry"] if held_alone else ["in"])


def test_a_reader_in_another_process_blocks_writers_only(store: Store) -> None:
    with store.lock.open("a+") as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)
        assert names(store) == []
        with pytest.raises(StoreLockedError, match="held by a process that reads it"):
            add(store, "x")
    add(store, "x")


def version(store: Store, number: int) -> None:
    with duckdb.connect(str(store.database)) as connection:
        connection.execute("DELETE FROM schema_version; INSERT INTO schema_version VALUES (?, 'x')", [number])


def test_a_file_with_a_newer_schema_is_refused(store: Store) -> None:
    version(store, 999)
    for opened in (store.transaction, store.reading, store.session):
        with pytest.raises(SchemaVersionError, match="schema 999") as newer, opened():  # type: ignore[operator]
            pass
        assert "install the modelward version that wrote it" in newer.value.remedy
    assert store.database.is_file()


def next_migration(folder: Path, sql: str) -> Path:
    """Return a copy of the migrations with one more."""
    copied = shutil.copytree(MIGRATIONS, folder / "migrations")
    (copied / f"{len(known_migrations()) + 1:04}_next.sql").write_text(sql)
    return copied


def test_a_file_with_an_older_schema_is_migrated_by_its_first_reader_or_writer(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = next_migration(tmp_path, "CREATE TABLE mark (key VARCHAR PRIMARY KEY)")
    copy = Store(Path(shutil.copy(store.database, tmp_path / "copy.duckdb")), tmp_path / "copy.lock")
    monkeypatch.setattr("data.registry.migration.MIGRATIONS", folder)
    for file, opened in ((store, store.reading), (copy, copy.transaction)):
        with opened() as connection:
            assert connection.execute("SELECT count(*) FROM mark").fetchone() == (0,)
        assert file.lock.read_text() == ""


def test_after_a_failed_migration_the_file_is_closed(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = next_migration(tmp_path, "CREATE TABLE mark (key VARCHAR PRIMARY KEY); CREATE TABLE person (x INT)")
    with monkeypatch.context() as broken:
        broken.setattr("data.registry.migration.MIGRATIONS", folder)
        with pytest.raises(duckdb.Error, match="already exists"), store.reading():
            pass
    assert names(store) == []


def test_a_file_that_is_no_database_is_an_error_with_a_remedy(store: Store) -> None:
    store.database.write_bytes(b"not a database" * 1_000)
    with pytest.raises(StoreError, match="cannot be opened") as broken, store.transaction():
        pass
    assert "audit rebuild" in broken.value.remedy
    with pytest.raises(StoreError, match="cannot be opened"), store.reading():
        pass


# -- the schema


def columns(*scripts: str) -> set[tuple[object, ...]]:
    with duckdb.connect() as connection:
        for script in scripts:
            connection.execute(script)
        sql = (
            "SELECT table_name, column_index, column_name, data_type, is_nullable, column_default FROM duckdb_columns()"
        )
        found = set(connection.execute(sql + " WHERE NOT internal").fetchall())
        keys = "SELECT table_name, constraint_type, constraint_column_names::VARCHAR FROM duckdb_constraints()"
        return found | set(connection.execute(keys).fetchall())


def test_the_schema_file_equals_the_migrations() -> None:
    numbers = [migration.number for migration in known_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
    whole = (MIGRATIONS.parent / "schema.sql").read_text("utf-8")
    assert columns(whole) == columns(*(migration.sql for migration in known_migrations()))


KINDS = {
    StorageKind.TEXT: "VARCHAR",
    StorageKind.NESTED: "VARCHAR",
    StorageKind.INTEGER: "BIGINT",
    StorageKind.REAL: "DOUBLE",
    StorageKind.BOOLEAN: "BOOLEAN",
}


def test_every_table_has_the_columns_of_its_record(store: Store) -> None:
    with store.reading() as connection:
        sql = "SELECT column_name, data_type, is_nullable FROM duckdb_columns()"
        sql += " WHERE table_name = ? ORDER BY column_index"
        for kind in TABLES:
            stored = connection.execute(sql, [kind.table]).fetchall()
            expected = [
                (name, KINDS[column], type(None) in _options(kind.model_fields[name].annotation))
                for name, column in kind.stored_columns().items()
            ]
            assert stored == expected, kind.table


def _options(annotation: object) -> tuple[object, ...]:
    return get_args(annotation)


def test_every_table_has_a_record(store: Store) -> None:
    with store.reading() as connection:
        found = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    own = AUDIT_TABLES
    assert found == own | {kind.table for kind in TABLES}


def test_migrating_twice_changes_nothing(store: Store) -> None:
    with duckdb.connect(str(store.database)) as connection:
        migrate(connection, store.database)
        assert connection.execute("SELECT count(*) FROM schema_version").fetchone() == (len(known_migrations()),)


def test_the_lock_file_names_the_writing_process(store: Store) -> None:
    with store.transaction():
        assert store.lock.read_text() == f"process {os.getpid()}"
    assert store.lock.read_text() == ""


def test_a_locked_file_can_be_opened_by_other_code(store: Store) -> None:
    with store.locked(), duckdb.connect(str(store.database), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM schema_version").fetchone() == (len(known_migrations()),)
    with store.locked(exclusive=True):
        assert store.lock.read_text() == f"process {os.getpid()}"
    assert store.lock.read_text() == ""
    with store.session(), pytest.raises(NestedTransactionError, match="holds the registry open"), store.locked():
        pass
