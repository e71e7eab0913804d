"""Rebuild a lost registry file from the journal, and compare two registry files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from data.audit.rebuild import rebuild
from data.errors import StoreError
from data.files.database_file import write_ahead_log
from data.files.durable_file import damaged_ending
from data.registry.migration import create_tables
from data.registry.registry import Registry


@dataclass(frozen=True)
class RebuiltRegistry:
    """The number of events of a rebuilt registry, and the files of the former one, which are kept beside it."""

    events: int
    kept: tuple[Path, ...]


def rebuild_registry(registry: Registry) -> RebuiltRegistry:
    """Write a new registry file from the events in the journal.

    A registry file that cannot be opened is kept under another name, and so is a write-ahead log: DuckDB refuses the
    log of another file. Both keep their names until the new file is complete.

    Raises StoreError when the file exists and can be opened, StoreLockedError when another process uses the registry,
    and other errors in the same cases as `data.audit.rebuild.rebuild`.
    """
    database = registry.home.database
    with registry.store.locked(exclusive=True):
        if registry.store.can_be_opened():
            raise StoreError(f"{database} exists already", f"move it aside first: `mv {database} {database}.broken`")
        complete = database.with_name(f".{database.name}.rebuilt")
        complete.unlink(missing_ok=True)
        events = rebuild(registry.journal, complete, create_tables, registry.anchors)
        ending = damaged_ending()
        kept = [_renamed(one, ending) for one in (write_ahead_log(database), database) if one.exists()]
        complete.replace(database)
    return RebuiltRegistry(events, tuple(kept))


def _renamed(path: Path, ending: str) -> Path:
    return path.rename(path.with_name(f"{path.name}.{ending}"))


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
