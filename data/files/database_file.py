"""Opens a DuckDB file for writing in small row groups, so that the cost of a write does not grow with the table.

A checkpoint writes each column of a changed row group again. In a table with a key DuckDB fills the last row group
before it begins another, by default with 122,880 rows: a single appended event then rewrites up to 400 MB of bodies.
The size of a row group is not stored in the file. It applies to what this connection appends, so that larger groups of
an older file stay as they are and are not appended to any more.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

ROW_GROUP_ROWS = 2_048
"""The smallest number of rows that DuckDB accepts. A full scan takes a tenth longer than with the default."""
NAME = "registry"
"""The name of the attached database, in which unqualified names are resolved."""

Config = dict[str, str | bool | int | float | list[str]]


def open_database(path: Path, config: Config) -> duckdb.DuckDBPyConnection:
    """Open or create the database file for reading and writing. Raises duckdb.Error.

    Temporary files are written beside it, as DuckDB does for a file that it opens directly.
    """
    connection = duckdb.connect(config={**config, "temp_directory": f"{path}.tmp"})
    try:
        place = str(path).replace("'", "''")
        connection.execute(f"ATTACH '{place}' AS {NAME} (ROW_GROUP_SIZE {ROW_GROUP_ROWS}); USE {NAME}")
    except BaseException:
        connection.close()
        raise
    return connection
