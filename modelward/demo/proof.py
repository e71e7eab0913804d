"""What the record is worth: verified deep, a byte changed and found, the database lost and rebuilt."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data.audit.anchor import FileAnchor
from data.audit.journal import Journal
from data.audit.rebuild import rebuild
from data.audit.verifier import Report, verify
from data.files.home import Home
from data.registry.migration import create_tables
from modelward.demo.printed_story import PrintedStory


@dataclass(frozen=True)
class ProofResult:
    """What the verification reached; `holds` is false when anything that must be true was not."""

    report: Report
    found: Report
    rebuilt_equal: bool

    @property
    def holds(self) -> bool:
        """Verified, the changed byte found, rebuilt equal."""
        return self.report.ok and not self.found.ok and self.rebuilt_equal


def prove(home: Home, told: PrintedStory) -> ProofResult:
    """Verify; change one byte of a copy; lose the database and rebuild it."""
    with told.step("The audit log, verified deep", "audit"):
        report = verified(home, home.database)
        told.say(
            f"{'holds' if report.ok else 'DOES NOT HOLD'}: {report.events} events, {report.anchored} of them anchored"
        )
        told.say(f"every table is rebuilt from the events alone and equal; assurance: {report.assurance}")
    with told.step("One byte of a copy changed behind everybody's back", "audit"):
        found = tampered(home)
        told.say(f"found: {found.findings[0].what}, event {found.first_bad_seq}" if found.findings else "NOT FOUND")
    with told.step("The database deleted, and rebuilt from the journal", "audit"):
        lost = home.database.with_suffix(".lost")
        home.database.replace(lost)
        events = rebuild(Journal(home.journal), home.database, create_tables, [FileAnchor(home.anchor)])
        equal = same_tables(lost, home.database)
        told.say(f"{events} events replayed; every table {'equal to the lost one' if equal else 'DIFFERS'}")
        told.say(f"verified again: {'holds' if verified(home, home.database).ok else 'DOES NOT HOLD'}")
        lost.unlink()
    return ProofResult(report, found, equal)


def verified(home: Home, database: Path) -> Report:
    """The independent verifier on a registry file with this home's journal, anchors and artifacts."""
    return verify(database, home.journal, [("local", home.anchor)], home.artifacts, deep=True)


def tampered(home: Home) -> Report:
    """A copy in which one byte of the event about the first approval is flipped, verified."""
    copy = home.root / "work" / "tampered.duckdb"
    shutil.copy(home.database, copy)
    with duckdb.connect(str(copy)) as connection:
        row = connection.execute(
            "SELECT seq, body FROM audit_event WHERE type = 'approval.decided' ORDER BY seq LIMIT 1"
        ).fetchone()
        assert row is not None
        body = bytearray(row[1])
        place = body.index(b'"decision":"approve"') + len('"decision":"')
        body[place] ^= 1
        connection.execute("UPDATE audit_event SET body = ? WHERE seq = ?", [bytes(body), row[0]])
    report = verified(home, copy)
    copy.unlink()
    return report


def same_tables(one: Path, other: Path) -> bool:
    """Whether two registry files hold the same rows in the same tables."""
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        tables = [
            {row[0] for row in connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [name]
            ).fetchall()}
            for name in ("one", "other")
        ]  # fmt: skip
        return tables[0] == tables[1] and all(_equal(connection, table) for table in tables[0])


def _equal(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    pairs = (("one", "other"), ("other", "one"))
    sql = 'SELECT count(*) FROM (SELECT * FROM {}."{}" EXCEPT ALL SELECT * FROM {}."{}")'
    counts = [connection.execute(sql.format(a, table, b, table)).fetchone() for a, b in pairs]
    return all(count is not None and count[0] == 0 for count in counts)
