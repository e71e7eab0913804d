"""A lost registry file is written again from the journal, while no process reads or writes it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from data.audit.rebuild import rebuild
from data.errors import StoreError
from data.registry.migration import create_tables
from data.registry.registry import Registry


def rebuild_registry(registry: Registry) -> int:
    """Write the registry file that the journal adds up to; the number of events.

    Raises StoreError when there is a file already or another process holds the lock, and as `rebuild`.
    """
    database = registry.home.database
    if database.exists():
        raise StoreError(f"{database} is there", f"move it aside first: `mv {database} {database}.broken`")
    with registry.store.quiet(alone=True):
        return rebuild(registry.journal, database, create_tables, registry.anchors)


def same_tables(first: Path, second: Path) -> bool:
    """Whether two registry files hold the same rows in the same tables. Nobody may write to either meanwhile."""
    with duckdb.connect() as connection:
        connection.execute(
            f"ATTACH {_quoted(first)} AS first (READ_ONLY); ATTACH {_quoted(second)} AS second (READ_ONLY)"
        )
        names = [_tables(connection, name) for name in ("first", "second")]
        return names[0] == names[1] and all(_same_rows(connection, table) for table in names[0])


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    sql = "SELECT table_name FROM duckdb_tables() WHERE database_name = ?"
    return {str(row[0]) for row in connection.execute(sql, [database]).fetchall()}


def _same_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    sql = 'SELECT count(*) FROM (SELECT * FROM {}."{}" EXCEPT ALL SELECT * FROM {}."{}")'
    pairs = (("first", "second"), ("second", "first"))
    return all(connection.execute(sql.format(a, table, b, table)).fetchall() == [(0,)] for a, b in pairs)
