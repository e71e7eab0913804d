"""What the registry file holds beside rows: its tables and columns, and nothing that could take their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from data.audit.verifier.governance import Governance
from data.audit.verifier.report import Findings

AUDIT_TABLES = {
    "audit_event": {
        "seq": "BIGINT", "body": "BLOB", "leaf": "BLOB", "id": "VARCHAR", "type": "VARCHAR", "subject": "VARCHAR",
        "actor": "VARCHAR", "recorded_at": "VARCHAR", "effective_at": "VARCHAR",
    },
    "audit_head": {"id": "INTEGER", "size": "BIGINT", "leaf": "VARCHAR", "frontier": "VARCHAR"},
    "checkpoint": {"size": "BIGINT", "note": "VARCHAR"},
    "schema_version": {"version": "INTEGER", "name": "VARCHAR"},
}  # fmt: skip
RANGE, SLICE = 20_000, 1_000
_EVENTS = "audited.main.audit_event"
_INTRUDERS = {
    "view": "SELECT view_name FROM duckdb_views() WHERE NOT internal",
    "macro": "SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal",
    "sequence": "SELECT sequence_name FROM duckdb_sequences() WHERE true",
    "type": "SELECT type_name FROM duckdb_types() WHERE NOT internal",
    "schema": "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND schema_name <> 'main'",
}


class AttachedRegistry:
    """The registry file, attached read-only beside an empty database of our own.

    Unqualified names therefore never resolve to anything in the file: a macro `count` in it fools nobody.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        query = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'audited' AND schema_name = 'main'"
        names = [name for (name,) in self.rows(query)]
        self.tables: dict[str, dict[str, str]] = {name: {} for name in names}
        query = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'audited'"
        for table, column, kind in self.rows(f"{query} AND schema_name = 'main' ORDER BY column_index"):
            self.tables.get(table, {})[column] = kind

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows that the query gives."""
        return self._connection.execute(query, values).fetchall()

    def stream(self, table: str, columns: list[str], key: str | None) -> duckdb.DuckDBPyConnection:
        """A cursor over the columns of every row of a state table, in no order, or of the row under this key."""
        query = f"SELECT {', '.join(map(_quoted, columns))} FROM audited.main.{_quoted(table)}"
        return (
            self._connection.execute(query)
            if key is None
            else self._connection.execute(f"{query} WHERE key = ?", [key])
        )

    def events(self, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of the log in order of their sequence number, a slice at a time, gaps left out.

        A log is written in order, and then read as it lies. If not, it is sorted a range at a time: one sorted
        cursor over a million events would need a gigabyte.
        """
        query = f"SELECT {', '.join(columns)} FROM {_EVENTS}"
        unsorted = f"SELECT 1 FROM (SELECT seq, lag(seq) OVER () AS before FROM {_EVENTS}) WHERE seq <= before LIMIT 1"
        if not self.rows(unsorted):
            yield from _slices(self._connection.execute(f"{query} WHERE seq >= 0"))
            return
        start: int | None = 0
        while start is not None:
            part = f"{query} WHERE seq >= ? AND seq < ? ORDER BY seq"
            yield from _slices(self._connection.execute(part, [start, start + RANGE]))
            ((start,),) = self.rows(f"SELECT min(seq) FROM {_EVENTS} WHERE seq >= ?", start + RANGE)

    def ids_played_again(self) -> Iterator[tuple[str, int]]:
        """Each event id that stands more than once, with the last place; a sixteenth of the ids in memory at a time."""
        query = f"SELECT id, max(seq) FROM {_EVENTS} WHERE right(id, 1) = ? GROUP BY id HAVING count(*) > 1"
        for digit in "0123456789abcdef":
            yield from self.rows(query, digit)

    def check_audit_tables(self, findings: Findings) -> bool:
        """Whether the tables of the log are what they must be; if not, nothing read from them would mean anything."""
        sound = True
        for table, columns in AUDIT_TABLES.items():
            if self.tables.get(table) != columns:
                state = "has other columns than the format says" if table in self.tables else "is not there as a table"
                findings.add(state, table=table)
                sound = False
        for kind, query in _INTRUDERS.items():
            for (name,) in self.rows(f"{query} AND database_name = 'audited'"):
                findings.add(f"there is a {kind} of that name; the registry has none", table=name)
        return sound

    def check_schema_version(self, findings: Findings, governance: Governance) -> None:
        """The migrations listed are those that the log names."""
        rows = self.rows("SELECT version, name FROM audited.main.schema_version ORDER BY version")
        names = governance.migrations or [name for _, name in rows]
        if rows != list(enumerate(names, 1)) or len(rows) != governance.schema:
            says = f"it lists {len(rows)} migrations, the log names {governance.schema}"
            findings.add(says if len(rows) != governance.schema else "it names other migrations than the log",
                         table="schema_version")  # fmt: skip

    def check_head(self, findings: Findings, size: int, leaf: str, frontier: str) -> None:
        """The head of the log says what the events give."""
        rows = self.rows("SELECT id, size, leaf, frontier FROM audited.main.audit_head")
        if rows != [(0, size, leaf, frontier)]:
            findings.add(f"it is not the one row (0, {size}, {leaf[:8]}…, …) that the events give", table="audit_head")


def _slices(cursor: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(SLICE):
        yield rows


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
