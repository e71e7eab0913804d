"""Changes to the tables: rows that no event wrote, rows edited or deleted, the index, the head, and the catalog."""

from __future__ import annotations

import random

from tests.tampering.kind import ExpectedFinding, Kind, Tamper
from tests.tampering.tampered_home import TamperedHome


def edited(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Edit one text column of one row of any table that has rows."""
    table, key = chosen.choice(home.rows_written())
    columns = [one for one in home.text_columns(table) if one != "key"]
    column = chosen.choice(columns)
    home.sql((f'UPDATE {table} SET "{column}" = coalesce("{column}", \'\') || ? WHERE key = ?', ["x", key]))
    return ExpectedFinding(None, column, table)


def set_value(table: str, assignment: str, column: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        keys = [key for name, key in home.rows_written() if name == table]
        home.sql((f"UPDATE {table} SET {assignment} WHERE key = ?", [chosen.choice(keys)]))
        return ExpectedFinding(None, column, table)

    return tamper


def deleted(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    table, key = chosen.choice(home.rows_written())
    home.sql((f"DELETE FROM {table} WHERE key = ?", [key]))
    return ExpectedFinding(None, "is missing", table)


def added(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    table, key = chosen.choice(home.rows_written())
    home.sql((f"INSERT INTO {table} SELECT key || '0' AS key, * EXCLUDE (key) FROM {table} WHERE key = ?", [key]))
    return ExpectedFinding(None, "no event wrote this row", table)


def twice(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    table, key = chosen.choice(home.rows_written())
    home.sql(
        f"CREATE TABLE other AS SELECT * FROM {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE other RENAME TO {table}",
        (f"INSERT INTO {table} SELECT * FROM {table} WHERE key = ?", [key]),
    )
    return ExpectedFinding(None, "no event wrote this row", table)


def exchanged(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Exchange the keys of two rows of one table."""
    rows = [row for row in home.rows_written() if row[0] == "person"]
    (_, first), (_, other) = chosen.sample(rows, 2)
    home.sql(
        ("UPDATE person SET key = 'x' WHERE key = ?", [first]),
        ("UPDATE person SET key = ? WHERE key = ?", [first, other]),
        ("UPDATE person SET key = ? WHERE key = 'x'", [other]),
    )
    return ExpectedFinding(None, "differs from event", "person")


def revision(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    table, key = chosen.choice(home.rows_written())
    home.sql((f"UPDATE {table} SET rev = rev + ? WHERE key = ?", [chosen.randrange(1, 9), key]))
    return ExpectedFinding(None, "rev", table)


def index_row(statement: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        home.sql((statement, [*chosen.choice(home.rows_written())]))
        return ExpectedFinding(None, table="row_image")

    return tamper


def head(assignment: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        home.sql((f"UPDATE audit_head SET {assignment}", [chosen.randrange(1, 9)]))
        return ExpectedFinding(None, "not the single row", "audit_head")

    return tamper


def dropped(is_empty: bool) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        filled = {table for table, _ in home.rows_written()}
        names = sorted(filled if not is_empty else home.state_tables() - filled)
        table = chosen.choice(names)
        home.sql(f"DROP TABLE {table}")
        return ExpectedFinding(None, "the table is missing", table)

    return tamper


def in_place_of(statement: str, says: str) -> Tamper:
    """Run a statement about one state table; `{table}` is its name."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        table = chosen.choice(home.rows_written())[0]
        home.sql(*(one.format(table=table) for one in statement.split(";")))
        return ExpectedFinding(None, says)

    return tamper


def migrations(statement: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        home.sql(statement)
        return ExpectedFinding(None, "migrations", "schema_version")

    return tamper


KINDS = [
    Kind("row edited", "A text of any row of any state table is edited.", edited),
    Kind("role extended", "The end of a role is set in its row.", set_value("role_grant", "to_at = '2099'", "to_at")),
    Kind("failed attempts forgotten", "The failed attempts of a credential are emptied in its row.",
         set_value("credential", "failed_at = '[\"x\"]'", "failed_at")),
    Kind("version approved", "The state of a version is set to approved in its row.",
         set_value("version", "review_state = 'approved!'", "review_state")),
    Kind("vote changed", "The decision of a vote is edited in its row.",
         set_value("vote", "decision = 'reject'", "decision")),
    Kind("metric improved", "The value of a metric is raised in its row.",
         set_value("metric", "value = value + 0.125", "value")),
    Kind("row deleted", "Any row of any state table is deleted.", deleted),
    Kind("row added", "A row is added that no event wrote.", added),
    Kind("row twice", "A row is inserted again, in a table without its key.", twice),
    Kind("keys exchanged", "The keys of two people are exchanged.", exchanged),
    Kind("revision edited", "The revision of a row is edited.", revision),
    Kind("index entry moved", "The index of rows names another event for a row.",
         index_row("UPDATE row_image SET seq = seq + 1 WHERE table_name = ? AND key = ?")),
    Kind("index entry deleted", "The entry of a row in the index of rows is deleted.",
         index_row("DELETE FROM row_image WHERE table_name = ? AND key = ?")),
    Kind("index entry added", "The index of rows gets an entry of a row that does not exist.",
         index_row("INSERT INTO row_image VALUES (?, ? || 'x', 3)")),
    Kind("head size", "The size in the head of the log is edited.", head("size = size + ?")),
    Kind("head leaf", "The last leaf in the head of the log is edited.", head("leaf = leaf || ?")),
    Kind("head frontier", "The frontier in the head of the log is edited.", head("frontier = frontier || ?")),
    Kind("empty table dropped", "A state table without rows is dropped.", dropped(is_empty=True)),
    Kind("table dropped", "A state table with rows is dropped.", dropped(is_empty=False)),
    Kind("column added", "A state table gets one more column.",
         in_place_of("ALTER TABLE {table} ADD COLUMN note VARCHAR", "note")),
    Kind("column dropped", "A state table loses its column rev.",
         in_place_of("CREATE TABLE other AS SELECT * EXCLUDE (rev) FROM {table};DROP TABLE {table};"
                     "ALTER TABLE other RENAME TO {table}", "column rev is missing")),
    Kind("view in place of a table", "A state table is renamed, and a view shows its rows.",
         in_place_of("ALTER TABLE {table} RENAME TO hidden;CREATE VIEW {table} AS SELECT * FROM hidden",
                     "unexpected view")),
    Kind("macro that hides", "A macro with the name of a function of SQL is created.",
         in_place_of("CREATE MACRO count(x) AS 1", "unexpected macro")),
    Kind("table added", "A table is added that the log does not declare.",
         in_place_of("CREATE TABLE more AS SELECT * FROM {table}", "the log declares no such table")),
    Kind("schema added", "A schema is added.", in_place_of("CREATE SCHEMA more", "unexpected schema")),
    Kind("type added", "An enumeration is added.",
         in_place_of("CREATE TYPE mood AS ENUM ('well')", "unexpected type")),
    Kind("sequence added", "A sequence is added.", in_place_of("CREATE SEQUENCE more", "unexpected sequence")),
    Kind("migration renamed", "The name of a migration is edited.",
         migrations("UPDATE schema_version SET name = name || 'x' WHERE version = 2")),
    Kind("migration removed", "The last migration is removed from their list.",
         migrations("DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)")),
]  # fmt: skip
