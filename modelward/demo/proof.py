"""Proof of the audit log: deep verification, a changed byte found, the database deleted and rebuilt."""

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
    """What the verification reached; `holds` is false when anything that must be true was not."""

    report: Report
    found: Report
    rebuilt_equal: bool

    @property
    def holds(self) -> bool:
        """Verified, the changed byte found, rebuilt equal."""
        return self.report.ok and not self.found.ok and self.rebuilt_equal


def prove(home: Home, story: PrintedStory) -> ProofResult:
    """Verify; change one byte of a copy; lose the database and rebuild it."""
    with story.step("Deep verification of the audit log", "audit"):
        report = verified(home, home.database)
        story.say(
            f"{'holds' if report.ok else 'DOES NOT HOLD'}: {report.events} events, {report.anchored} of them anchored"
        )
        story.say(f"every table is rebuilt from the events alone and equal; assurance: {report.assurance}")
    with story.step("One byte of a copy changed without a command", "audit"):
        found = tampered(home)
        story.say(f"found: {found.findings[0].what}, event {found.first_bad_seq}" if found.findings else "NOT FOUND")
    with story.step("The database deleted, and rebuilt from the journal", "audit"):
        lost = home.database.with_suffix(".lost")
        home.database.replace(lost)
        events = rebuild_registry(Registry(home))
        equal = same_tables(lost, home.database)
        story.say(f"{events} events replayed; every table {'equal to the lost one' if equal else 'DIFFERS'}")
        story.say(f"verified again: {'holds' if verified(home, home.database).ok else 'DOES NOT HOLD'}")
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
