"""Prove the audit log: verify it deeply, detect a changed byte, and rebuild a deleted database."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data.audit.verifier import Report, verify
from data.files.home import Home
from data.registry.reconstruction import rebuild_registry, same_tables
from data.registry.registry import Registry
from modelward.demo.printed_story import PrintedStory


@dataclass(frozen=True)
class ProofResult:
    """The report on the registry, the report on a tampered copy, and whether the rebuilt tables are equal."""

    report: Report
    tampered_report: Report
    rebuilt_equal: bool

    @property
    def succeeded(self) -> bool:
        """True if the registry is verified, the changed byte is found, and the rebuilt tables are equal."""
        return self.report.ok and not self.tampered_report.ok and self.rebuilt_equal


def prove(home: Home, story: PrintedStory) -> ProofResult:
    """Verify the log, a copy with one changed byte, and a rebuilt database; print and return the results."""
    with story.step("Deep verification of the audit log", "audit"):
        report = verify_database(home, home.database)
        story.say(f"{_outcome(report)}: {report.events} events, {report.anchored} of them anchored")
        if report.ok:
            story.say(f"every table equals its rebuilt copy from only the events; assurance: {report.assurance}")
    with story.step("One byte of a copy changed without a command", "audit"):
        tampered = verify_tampered_copy(home)
        first = tampered.findings[0].what if tampered.findings else ""
        story.say(f"found: {first}, event {tampered.first_bad_seq}" if first else "NOT FOUND")
    with story.step("The database deleted, and rebuilt from the journal", "audit"):
        lost = home.database.with_suffix(".lost")
        home.database.replace(lost)
        events = rebuild_registry(Registry(home)).events
        equal = same_tables(lost, home.database)
        story.say(f"{events} events replayed; {'every table equals the lost one' if equal else 'THE TABLES DIFFER'}")
        story.say(f"again: {_outcome(verify_database(home, home.database))}")
        lost.unlink()
    return ProofResult(report, tampered, equal)


def _outcome(report: Report) -> str:
    return "verified" if report.ok else "VERIFICATION FAILED"


def verify_database(home: Home, database: Path) -> Report:
    """Verify a registry file with the independent verifier and this home's journal, anchors and artifacts."""
    return verify(database, home.journal, [("local", home.anchor)], home.artifacts, deep=True)


def verify_tampered_copy(home: Home) -> Report:
    """Verify a copy of the registry in which one bit of the first approval's event is flipped."""
    copy = home.root / "work" / "tampered.duckdb"
    shutil.copy(home.database, copy)
    with duckdb.connect(str(copy)) as connection:
        row = connection.execute(
            "SELECT seq, body FROM audit_event WHERE type = 'approval.decided' ORDER BY seq LIMIT 1"
        ).fetchone()
        assert row is not None
        body = bytearray(row[1])
        offset = body.index(b'"decision":"approve"') + len('"decision":"')
        body[offset] ^= 1
        connection.execute("UPDATE audit_event SET body = ? WHERE seq = ?", [bytes(body), row[0]])
    report = verify_database(home, copy)
    copy.unlink()
    return report
