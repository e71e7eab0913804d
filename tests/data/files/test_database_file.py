"""A database file opened for writing has small row groups, so that a write rewrites little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from data.files.database_file import ROW_GROUP_ROWS, open_database
from tests.stored_texts import wrong_answers

ROOT = Path(__file__).parents[3]
GROUPS = "SELECT row_group_id, sum(count) FROM pragma_storage_info('event') WHERE column_name = 'seq' AND {} GROUP BY 1"


def groups(path: Path) -> dict[int, int]:
    """Return the number of rows of each row group."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return dict(connection.execute(GROUPS.format("segment_type <> 'VALIDITY'")).fetchall())


def fill(connection: duckdb.DuckDBPyConnection, start: int, rows: int) -> None:
    connection.execute("INSERT INTO event SELECT i, repeat('x', 100) FROM range(?, ?) t(i)", [start, start + rows])


def test_an_appended_row_changes_one_small_row_group(tmp_path: Path) -> None:
    path = tmp_path / "it's.duckdb"
    with open_database(path, {}) as connection:
        connection.execute("CREATE TABLE event (seq BIGINT PRIMARY KEY, body VARCHAR)")
        fill(connection, 0, 5_000)
    with open_database(path, {}) as connection:
        fill(connection, 5_000, 1)
    assert max(groups(path).values()) <= ROW_GROUP_ROWS
    assert sum(groups(path).values()) == 5_001


def test_a_large_row_group_of_an_older_file_is_not_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE event (seq BIGINT PRIMARY KEY, body VARCHAR)")
        fill(connection, 0, 5_000)
    with open_database(path, {}) as connection:
        fill(connection, 5_000, 1)
    assert groups(path) == {0: 5_000, 1: 1}


def storage_format(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal").fetchone()
    return str(row[0]) if row else ""


def test_a_new_file_has_the_storage_format_of_1_4(tmp_path: Path) -> None:
    with open_database(tmp_path / "new.duckdb", {}) as connection:
        connection.execute("CREATE TABLE event (seq BIGINT PRIMARY KEY, body VARCHAR)")
    assert storage_format(tmp_path / "new.duckdb").startswith("v1.4.0")


@pytest.mark.parametrize("stored", ["v0.10.0", "v1.0.0", "v1.2.0", "v1.5.0"])
def test_a_file_of_another_storage_format_is_read_and_written(stored: str, tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS old (STORAGE_VERSION '{stored}'); USE old")
        connection.execute("CREATE TABLE event (seq BIGINT PRIMARY KEY, body VARCHAR)")
        fill(connection, 0, 5_000)
    for start in (5_000, 5_001):
        with open_database(path, {}) as connection:
            connection.execute("UPDATE event SET body = 'changed' WHERE seq = 7")
            fill(connection, start, 1)
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute("SELECT body, count(*) FROM event GROUP BY body ORDER BY body").fetchall()
    assert found == [("changed", 1), ("x" * 100, 5_001)]
    assert storage_format(path)[:4] == max("v1.4", stored[:4])


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.duckdb"
    path.write_text("this is not a database" * 1_000)
    with pytest.raises(duckdb.Error):
        open_database(path, {})


@pytest.mark.parametrize("number", range(3))
def test_stored_texts_are_found_as_python_finds_them(number: int, tmp_path: Path) -> None:
    assert wrong_answers(tmp_path / "texts.duckdb", number) == []


KILLED_WRITER = """
import os, sys
from pathlib import Path
from data.files.database_file import open_database
connection = open_database(Path(sys.argv[1]), {})
connection.execute("INSERT INTO place VALUES ('new', 1)")
os._exit(0)
"""


def leave_a_write_ahead_log(path: Path) -> None:
    """Create a table with an index, and have a process end without closing the file after it added a row."""
    with open_database(path, {}) as connection:
        connection.execute("CREATE TABLE place (key VARCHAR, seq BIGINT); CREATE INDEX place_by_key ON place (key)")
        connection.execute("INSERT INTO place SELECT 'old' || i, i FROM range(5_000) t(i)")
    subprocess.run([sys.executable, "-c", KILLED_WRITER, str(path)], check=True, cwd=ROOT)
    assert path.with_name(f"{path.name}.wal").stat().st_size


def rows_by_key(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT seq FROM place WHERE key = 'new'").fetchall()


def test_a_row_of_a_killed_process_is_found_by_its_index_after_the_file_was_opened_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "registry.duckdb"
    leave_a_write_ahead_log(path)
    open_database(path, {}).close()
    with open_database(path, {}) as connection:
        assert rows_by_key(connection) == [(1,)]


def test_duckdb_itself_loses_the_row_from_the_index(tmp_path: Path) -> None:
    """When this fails, DuckDB has the correction, and the checkpoint after a kill can be removed."""
    path = tmp_path / "registry.duckdb"
    leave_a_write_ahead_log(path)
    duckdb.connect(str(path)).close()
    with open_database(path, {}) as connection:
        assert rows_by_key(connection) == []
        assert connection.execute("SELECT seq FROM place WHERE key || '' = 'new'").fetchall() == [(1,)]
