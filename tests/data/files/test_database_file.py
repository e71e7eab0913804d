"""A database file opened for writing has small row groups, so that a write rewrites little."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from data.files.database_file import ROW_GROUP_ROWS, open_database

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


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.duckdb"
    path.write_text("this is not a database" * 1_000)
    with pytest.raises(duckdb.Error):
        open_database(path, {})
