"""Rebuild a lost registry file from the journal, and compare two registry files."""

from __future__ import annotations

from pathlib import Path

import duckdb

from data.audit.rebuild import rebuild
from data.errors import StoreError
from data.registry.migration import create_tables
from data.registry.registry import Registry


def rebuild_registry(registry: Registry) -> int:
    """Write a new registry file from the events in the journal; return the number of events.

    Raises StoreError when the file exists, StoreLockedError when another process uses the registry, and other errors in
    the same cases as `data.audit.rebuild.rebuild`.
    """
    database = registry.home.database
    if database.exists():
        raise StoreError(f"{database} exists already", f"move it aside first: `mv {database} {database}.broken`")
    with registry.store.locked(exclusive=True):
        return rebuild(registry.journal, database, create_tables, registry.anchors)


def same_tables(first: Path, second: Path) -> bool:
    """Return True if two registry files have the same tables with the same rows. Nobody may write to them meanwhile."""
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
