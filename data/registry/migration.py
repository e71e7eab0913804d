"""Migrations: numbered SQL files that bring a registry file from one schema to the next, each an event of the log.

The first migration is frozen, and so is each later one once it was released. A migration adds tables and nullable
columns only. It never changes a row: rows change by events, and the tables must stay the fold of the events.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from data.errors import SchemaVersionError
from data.records.events import EventType
from data.records.person import SERVICE
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog
from data.registry.command import CommandResult
from data.registry.state import State

LOG = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
AUDIT_TABLES = frozenset({"schema_version", "audit_event", "audit_head", "checkpoint"})
"""The tables of the log itself: their columns are part of the log's format and never declared by an event."""

Tables = dict[str, dict[str, str]]
"""Each state table with its columns and their SQL types."""


@dataclass(frozen=True)
class Migration:
    """One numbered SQL file; `number` is the schema that it leads to."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """The digest of its SQL text, `sha256:` and 64 hex digits."""
        return f"sha256:{hashlib.sha256(self.sql.encode()).hexdigest()}"


def known_migrations() -> list[Migration]:
    """Every migration that this program knows, in order."""
    files = sorted((int(file.name.split("_")[0]), file) for file in MIGRATIONS.glob("*.sql"))
    return [Migration(number, file.stem, file.read_text("utf-8")) for number, file in files]


def newest_schema() -> int:
    """The schema that this program reads and writes."""
    return max(int(file.name.split("_")[0]) for file in MIGRATIONS.glob("*.sql"))


def schema_of(connection: duckdb.DuckDBPyConnection, database: Path) -> int:
    """The schema of a registry file; 0 of a file without tables.

    Raises SchemaVersionError when it is newer than this program knows.
    """
    try:
        row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
    except duckdb.CatalogException:
        row = None  # a file without tables
    version, known = int(row[0]) if row else 0, newest_schema()
    if version > known:
        raise SchemaVersionError(f"{database} has schema {version}; this modelward knows schemas up to {known}")
    return version


def create_tables(connection: duckdb.DuckDBPyConnection, schema: int) -> None:
    """Make the empty tables of a schema in a file without tables: what a rebuild from the journal starts with.

    Raises SchemaVersionError when this program does not know the schema.
    """
    migrations = known_migrations()
    if schema > migrations[-1].number:
        raise SchemaVersionError(
            f"the journal was written under schema {schema}; this modelward knows schemas up to {migrations[-1].number}"
        )
    connection.begin()
    for migration in migrations[:schema]:
        _apply(connection, migration)
    connection.commit()


def migrate(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    """Bring a registry file to the newest schema.

    All pending migrations and one `log.migrated` event for each are one transaction: a crash leaves all or nothing.
    Before genesis no event is needed, because genesis declares the tables as they are then.
    Raises SchemaVersionError for a newer file.
    """
    present = schema_of(connection, database)
    if present == newest_schema():
        return
    connection.begin()
    try:
        _migrate(connection, known_migrations(), present)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    LOG.info("registry %s migrated from schema %d to %d", database, present, newest_schema())


def declared_tables(migrations: Sequence[Migration]) -> Tables:
    """The state tables that these migrations add up to.

    They are read from an empty database of its own. The catalog of the registry file is no authority: an event that
    declared its columns would make a column legitimate that somebody added unseen.
    """
    tables: Tables = {}
    with duckdb.connect() as connection:
        for migration in migrations:
            connection.execute(migration.sql)
        query = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
        for table, column, kind in connection.execute(f"{query} ORDER BY table_name, column_index").fetchall():
            if table not in AUDIT_TABLES:
                tables.setdefault(table, {})[column] = kind
    return tables


def _migrate(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration], present: int) -> None:
    for migration in migrations[present:]:
        _apply(connection, migration)
        log = AuditLog(connection)
        head = log.head()
        if head.size == 0:
            continue
        # A replay log has its own business time: the migration counts from that of the event before it.
        as_of = datetime.fromisoformat(State(connection).last_effective_at())
        log.write([log.compose(head, _result(migrations[: migration.number]), RunContext(SERVICE, as_of))])


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute(migration.sql)
    connection.execute("INSERT INTO schema_version VALUES (?, ?)", [migration.number, migration.name])


def _result(migrations: Sequence[Migration]) -> CommandResult:
    """What `log.migrated` says after the last of these migrations: the schema from now on, and how it came about."""
    last = migrations[-1]
    return CommandResult(
        EventType.LOG_MIGRATED,
        "log",
        data={
            "schema": last.number,
            "migrations": [migration.name for migration in migrations],
            "tables": declared_tables(migrations),
            "migration": last.name,
            "from_schema": last.number - 1,
            "sql_digest": last.digest,
        },
    )
