"""Opens a DuckDB file for writing in small row groups, so that the cost of a write does not grow with the table.

A checkpoint writes each column of a changed row group again. In a table with a key DuckDB fills the last row group
before it begins another, by default with 122,880 rows: a single appended event then rewrites up to 400 MB of bodies.
The size of a row group is not stored in the file. It applies to what this connection appends, so that larger groups of
an older file stay as they are and are not appended to any more.

The storage format is that of DuckDB 1.4: a file takes a third of the space, because repeated texts are stored once. An
older file gets the format with its first write; its row groups are stored again when they change. A newer
format stays.

A killed process leaves a write-ahead log. DuckDB 1.4 and 1.5 replay it into the tables, but keep what belongs into an
index of `CREATE INDEX` aside until the index is used, and the checkpoint of a closing file then stores the index
without it: rows are no longer found by their key (duckdb/duckdb#23788, corrected in version 2.0). The checkpoint of a
statement stores the whole index; so it runs first where such a log was left.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

ROW_GROUP_ROWS = 2_048
"""The smallest number of rows that DuckDB accepts. A full scan takes a tenth longer than with the default."""
STORAGE_VERSION = "v1.4.0"
"""The oldest DuckDB that can read the file. Without it DuckDB writes the format of version 1.0."""
NAME = "registry"
"""The name of the attached database, in which unqualified names are resolved."""

Config = dict[str, str | bool | int | float | list[str]]


def write_ahead_log(path: Path) -> Path:
    """Return the path of a database file's write-ahead log, which exists while the file is open and after a crash."""
    return path.with_name(f"{path.name}.wal")


def open_database(path: Path, config: Config) -> duckdb.DuckDBPyConnection:
    """Open or create the database file for reading and writing. Raises duckdb.Error.

    Temporary files are written beside it, as DuckDB does for a file that it opens directly.
    """
    log = write_ahead_log(path)
    was_killed = log.exists() and log.stat().st_size > 0
    connection = duckdb.connect(config={**config, "temp_directory": f"{path}.tmp"})
    try:
        try:
            _attach(connection, path, f", STORAGE_VERSION '{STORAGE_VERSION}'")
        except duckdb.InvalidInputException as error:
            if "cannot be lowered" not in str(error):
                raise
            _attach(connection, path, "")
        if was_killed:
            connection.execute(f"CHECKPOINT {NAME}")
        connection.execute(f"USE {NAME}")
    except BaseException:
        connection.close()
        raise
    return connection


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, more: str) -> None:
    place = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{place}' AS {NAME} (ROW_GROUP_SIZE {ROW_GROUP_ROWS}{more})")
