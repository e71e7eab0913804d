"""Reads the registry file and checks its catalog: the expected tables and columns, and no views, macros or other
objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from data.audit.verifier.governance import Governance
from data.audit.verifier.report import Findings
from data.audit.verifier.seals import MIGRATION as SEALS

AUDIT_TABLES = {
    "audit_event": {
        "seq": "BIGINT", "body": "BLOB", "leaf": "BLOB", "id": "VARCHAR", "type": "VARCHAR", "subject": "VARCHAR",
        "actor": "VARCHAR", "recorded_at": "VARCHAR", "effective_at": "VARCHAR",
    },
    "audit_head": {"id": "INTEGER", "size": "BIGINT", "leaf": "VARCHAR", "frontier": "VARCHAR"},
    "checkpoint": {"size": "BIGINT", "note": "VARCHAR"},
    "schema_version": {"version": "INTEGER", "name": "VARCHAR"},
}  # fmt: skip
SEALED_TABLES = AUDIT_TABLES | {
    "audit_event": AUDIT_TABLES["audit_event"] | {"seal": "BLOB"},
    "checkpoint": AUDIT_TABLES["checkpoint"] | {"frontier": "VARCHAR"},
    "row_image": {"table_name": "VARCHAR", "key": "VARCHAR", "seq": "BIGINT"},
    "anchor_confirmation": {"anchor": "VARCHAR", "size": "BIGINT"},
}
"""The tables of the log since events are sealed; `AUDIT_TABLES` are those before."""
RANGE, SLICE = 20_000, 64
"""Numbers sorted together, and rows at a time: more parsed events would not fit into the cache of a processor."""
_EVENTS = "audited.main.audit_event"
_INTRUDERS = {
    "view": "SELECT view_name FROM duckdb_views() WHERE NOT internal",
    "macro": "SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal",
    "sequence": "SELECT sequence_name FROM duckdb_sequences() WHERE true",
    "type": "SELECT type_name FROM duckdb_types() WHERE NOT internal",
    "schema": "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND schema_name <> 'main'",
}


class AttachedRegistry:
    """The registry file, attached read-only beside an empty in-memory database.

    Unqualified names therefore never refer to objects in the file: a macro named `count` in the file has no effect.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        query = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'audited' AND schema_name = 'main'"
        names = [name for (name,) in self.rows(query)]
        self.tables: dict[str, dict[str, str]] = {name: {} for name in names}
        query = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'audited'"
        for table, column, kind in self.rows(f"{query} AND schema_name = 'main' ORDER BY column_index"):
            self.tables.get(table, {})[column] = kind
        self.is_sealed = "row_image" in self.tables or "seal" in self.tables.get("audit_event", {})

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query. The first bound value of a process costs half a second: DuckDB imports pandas."""
        cursor = self._connection.execute(query, values) if values else self._connection.execute(query)
        return cursor.fetchall()

    def stream(self, table: str, columns: list[str], keys: list[str] | None) -> duckdb.DuckDBPyConnection:
        """Return a cursor over these columns of a state table: all rows in any order, or only those under `keys`."""
        query = f"SELECT {', '.join(map(_quoted, columns))} FROM audited.main.{_quoted(table)}"
        return (
            self._connection.execute(query)
            if keys is None
            else self._connection.execute(f"{query} WHERE key IN (SELECT unnest(?::VARCHAR[]))", [keys])
        )

    def events(self, columns: Sequence[str], begin: int = 0) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of the log by sequence number, from `begin` on, up to 64 at a time; missing numbers are
        skipped.

        A log is normally stored in this order and read without sorting. Otherwise it is sorted 20,000 numbers at a
        time, because one sorted cursor over a million events would need a gigabyte.
        """
        query = f"SELECT {', '.join(columns)} FROM {_EVENTS}"
        unsorted = f"SELECT 1 FROM (SELECT seq, lag(seq) OVER () AS before FROM {_EVENTS}) WHERE seq <= before LIMIT 1"
        if not begin and not self.rows(unsorted):
            yield from _slices(self._connection.execute(f"{query} WHERE seq >= 0"))
            return
        start: int | None = begin
        while start is not None:
            part = f"{query} WHERE seq >= ? AND seq < ? ORDER BY seq"
            yield from _slices(self._connection.execute(part, [start, start + RANGE]))
            ((start,),) = self.rows(f"SELECT min(seq) FROM {_EVENTS} WHERE seq >= ?", start + RANGE)

    def leaves(self, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the leaves of the first `size` events in their order, up to 64 at a time."""
        for start in range(0, size, RANGE):
            query = f"SELECT leaf FROM {_EVENTS} WHERE seq >= ? AND seq < ? ORDER BY seq"
            yield from _slices(self._connection.execute(query, [start, min(start + RANGE, size)]))

    def repeated_ids(self, begin: int = 0) -> Iterator[tuple[str, int]]:
        """Yield each id of an event from `begin` on that occurs more than once, with the number of its last event.

        The ids are grouped by their last hex digit, so that a sixteenth of them is in memory at a time.
        """
        if begin:
            newer = f"SELECT id FROM {_EVENTS} WHERE seq >= ?"
            query = f"SELECT id, max(seq) FROM {_EVENTS} WHERE id IN ({newer}) GROUP BY id HAVING count(*) > 1"
            yield from self.rows(query, begin)
            return
        for digit in "0123456789abcdef":
            ids = f"{_EVENTS} WHERE right(id, 1) = '{digit}'"
            yield from self.rows(f"SELECT id, max(seq) FROM {ids} GROUP BY id HAVING count(*) > 1")

    def check_audit_tables(self, findings: Findings) -> bool:
        """Check the tables of the log and the catalog; return False if a table of the log cannot be read as
        specified."""
        sound = True
        for table, columns in (SEALED_TABLES if self.is_sealed else AUDIT_TABLES).items():
            if self.tables.get(table) != columns:
                is_there = table in self.tables
                findings.add(
                    "its columns differ from the log format" if is_there else "the table is missing", table=table
                )
                sound = False
        for kind, query in _INTRUDERS.items():
            for (name,) in self.rows(f"{query} AND database_name = 'audited'"):
                findings.add(f"unexpected {kind}: a registry contains tables only", table=name)
        return sound

    def check_schema_version(self, findings: Findings, governance: Governance) -> None:
        """Add a finding unless the listed migrations are those that the log declares."""
        rows = self.rows("SELECT version, name FROM audited.main.schema_version ORDER BY version")
        names = governance.migrations or [name for _, name in rows]
        if rows != list(enumerate(names, 1)) or len(rows) != governance.schema:
            counts = f"number of migrations: {len(rows)} listed, {governance.schema} declared in the log"
            findings.add(counts if len(rows) != governance.schema else "lists other migrations than the log declares",
                         table="schema_version")  # fmt: skip

    def check_seals_declared(self, findings: Findings, governance: Governance) -> None:
        """Add a finding if the file stores seals although the log declares none, or the reverse."""
        if self.is_sealed != (SEALS in (governance.migrations or ())):
            findings.add(
                "stores seals, which the log does not declare" if self.is_sealed else "stores no seals",
                table="audit_event",
            )

    def check_head(self, findings: Findings, size: int, leaf: str, frontier: str) -> None:
        """Add a finding unless the head of the log has the size, leaf and frontier computed from the events."""
        rows = self.rows("SELECT id, size, leaf, frontier FROM audited.main.audit_head")
        if rows != [(0, size, leaf, frontier)]:
            findings.add(f"not the single row (0, {size}, {leaf[:8]}…, …) computed from the events", table="audit_head")


def _slices(cursor: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(SLICE):
        yield rows


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
