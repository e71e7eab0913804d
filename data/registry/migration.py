"""Migrate a registry file from one schema to the next with numbered SQL files; each migration is an event of the log.

The first migration is frozen, and so is each later one once it was released. A migration adds tables, nullable
columns and indexes only. It never changes a row: only events do, and a replay of the events must always give the same
tables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from data.audit.keys import SigningKey
from data.errors import SchemaVersionError
from data.records.events import EventType
from data.records.person import SERVICE
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog
from data.registry.command import CommandResult
from data.registry.row_index import RowIndex
from data.registry.state import State
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
SEALS = "0002_seals"
"""The migration that introduced the seals of events and the index of row images."""
AUDIT_TABLES = frozenset(
    {"schema_version", "audit_event", "audit_head", "checkpoint", "row_image", "anchor_confirmation"}
)
"""The tables of the log itself. Their columns are part of the log's format; no event declares them."""

Tables = dict[str, dict[str, str]]
"""Maps each state table to its columns, and each column to its SQL type."""


@dataclass(frozen=True)
class Migration:
    """One numbered SQL file; `number` is the schema number after the file was executed."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """The SHA-256 digest of the SQL text: `sha256:` and 64 hex digits."""
        return f"sha256:{hashlib.sha256(self.sql.encode()).hexdigest()}"


def known_migrations() -> list[Migration]:
    """Return every migration that this program knows, lowest number first."""
    files = sorted((int(file.name.split("_")[0]), file) for file in MIGRATIONS.glob("*.sql"))
    return [Migration(number, file.stem, file.read_text("utf-8")) for number, file in files]


def newest_schema() -> int:
    """Return the number of the schema that this program reads and writes."""
    return max(int(file.name.split("_")[0]) for file in MIGRATIONS.glob("*.sql"))


def schema_of(connection: duckdb.DuckDBPyConnection, database: Path) -> int:
    """Return the schema number of a registry file; 0 for a file without tables.

    Raises SchemaVersionError when the file has a newer schema than this program knows.
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
    """Create the empty tables of a schema in a file without tables; a rebuild from the journal starts with this.

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


def migrate(connection: duckdb.DuckDBPyConnection, database: Path, key: SigningKey | None = None) -> None:
    """Migrate a registry file to the newest schema that this program knows.

    One transaction contains all pending migrations and one `log.migrated` event for each: after a crash either all or
    none of them is there. `key` seals them. Before genesis no event is needed, because genesis declares the tables of
    that moment.
    Raises SchemaVersionError when the file has a newer schema than this program knows.
    """
    present = schema_of(connection, database)
    if present == newest_schema():
        return
    connection.begin()
    try:
        _migrate(connection, known_migrations(), present, key)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    LOG.info("registry %s migrated from schema %d to %d", database, present, newest_schema())


def declared_tables(migrations: Sequence[Migration]) -> Tables:
    """Return the state tables that exist after these migrations.

    They are read from a new, empty database. The catalog of the registry file is not used: an event that declared its
    columns would also declare a column that somebody added by hand.
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


def _migrate(
    connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration], present: int, key: SigningKey | None
) -> None:
    for migration in migrations[present:]:
        _apply(connection, migration)
        log = AuditLog(connection, key)
        head = log.head()
        if head.size == 0:
            continue
        if migration.name == SEALS:
            RowIndex(connection).fill(0, head.size)
        # A replay log has its own business time: the migration gets the business time of the event before it.
        as_of = datetime.fromisoformat(State(connection).last_effective_at())
        log.write([log.compose(head, _result(migrations[: migration.number]), RunContext(SERVICE, as_of))])


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute(migration.sql)
    connection.execute("INSERT INTO schema_version VALUES (?, ?)", [migration.number, migration.name])


def _result(migrations: Sequence[Migration]) -> CommandResult:
    """Return the `log.migrated` event of the last of these migrations; its data describe the new schema."""
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
