"""One verification from beginning to end: the events once through, then everything they are held against."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from data.audit.verifier.artifacts import References
from data.audit.verifier.canonical import Event, parse_all
from data.audit.verifier.catalog import AttachedRegistry
from data.audit.verifier.chain import COPIES, Chain, misfit
from data.audit.verifier.checkpoints import ASSURANCE, Checkpoints, Source, read_anchor, sizes_of
from data.audit.verifier.governance import Governance
from data.audit.verifier.journal import JournalComparison
from data.audit.verifier.report import Findings, Report
from data.audit.verifier.state import RebuiltState
from data.audit.verifier.tree import Tree

_EVENTS = "audited.main.audit_event"
_MEMORY = ("96MB", "2GB")
"""DuckDB fills what it may use; the second amount is for a log whose events are too large for the first."""


def verify(
    database: Path,
    journal: Path | None,
    anchors: Sequence[tuple[str, Path]],
    artifacts: Path | None,
    deep: bool,
    trusted_vkey: str | None = None,
) -> Report:
    """Hold the registry file against itself, its journal and its anchors `(location, path)`.

    The caller holds the registry's lock and has the file closed; it is opened read-only. `deep` rebuilds the state
    tables from the events, `artifacts` is the directory whose files are re-hashed, `trusted_vkey` the key that
    genesis must name, as somebody outside remembers it. Never raises: what cannot be read is a finding.
    """
    findings, report = Findings(), Report()
    for memory in _MEMORY:
        findings, report = Findings(), Report()
        try:
            with _attached(database, memory) as connection:
                audit = _Verification(AttachedRegistry(connection), findings, report, trusted_vkey)
                audit.run(journal, anchors, artifacts, deep)
        except duckdb.OutOfMemoryException as broken:
            findings.add(f"it cannot be read: {broken}")
            continue
        except (duckdb.Error, OSError) as broken:
            findings.add(f"it cannot be read: {broken}")
        break
    return _concluded(report, findings)


@contextmanager
def _attached(database: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file as `audited`, read-only, beside an empty database of our own; one thread, nothing spilt to disk."""
    config: dict[str, str | bool | int | float | list[str]] = {"autoload_known_extensions": False, "threads": 1}
    with duckdb.connect(":memory:", config=config) as connection:
        place = str(database).replace("'", "''")
        connection.execute(f"SET memory_limit = '{memory}'; SET temp_directory = ''")
        connection.execute(f"ATTACH '{place}' AS audited (READ_ONLY); SET enable_external_access = false")
        yield connection


def _concluded(report: Report, findings: Findings) -> Report:
    report.findings = findings.all()
    report.first_bad_seq = min((one.seq for one in report.findings if one.seq is not None), default=None)
    report.ok = not report.findings
    return report


class _Verification:
    """What one verification carries from event to event."""

    def __init__(
        self, registry: AttachedRegistry, findings: Findings, report: Report, trusted_vkey: str | None
    ) -> None:
        self._registry, self._findings, self._report = registry, findings, report
        self._governance = Governance(findings, trusted_vkey)
        self._chain = Chain(self._governance)
        self._next = 0
        self._references: References | None = None
        self._state: RebuiltState | None = None

    def run(
        self, journal: Path | None, anchors: Sequence[tuple[str, Path]], artifacts: Path | None, deep: bool
    ) -> None:
        """Read everything once; the report and the findings hold the outcome."""
        if not self._registry.check_audit_tables(self._findings):
            return
        sources = [read_anchor(location, path, self._findings) for location, path in anchors]
        stored = self._stored_notes()
        self._tree = Tree(sizes_of([stored, *sources]))
        self._state = RebuiltState(self._findings) if deep else None
        self._references = References(artifacts, self._findings) if artifacts else None
        self._read_events(JournalComparison(journal))
        self._registry.check_head(self._findings, self._tree.size, self._chain.leaf, self._tree.frontier())
        self._registry.check_schema_version(self._findings, self._governance)
        self._check_notes(stored, sources)
        if self._state:
            self._state.compare(self._registry, self._governance.tables)
        if self._references:
            self._references.check()

    def _read_events(self, journal: JournalComparison) -> None:
        seen = 0
        for rows in self._registry.events(("seq", "body", *COPIES)):
            for row, event in zip(rows, parse_all([row[1] or b"" for row in rows]), strict=True):
                self._read_event(row, event, journal)
            seen += len(rows)
        ((total,),) = self._registry.rows(f"SELECT count(*) FROM {_EVENTS}")
        self._report.events = self._tree.size
        if not seen or seen != total:
            self._findings.add(
                f"{total - seen} rows stand outside the sequence" if total else "the log is empty", seq=0
            )
        if journal.missing:
            self._findings.add("the journal is missing")
        if surplus := journal.surplus():
            self._findings.add(f"the journal holds {surplus} more events: the end of the log is lost", seq=self._next)
        for name, seq in self._registry.ids_played_again():
            self._findings.add(f"its id {name} is that of an earlier event: one played again", seq=seq)

    def _read_event(self, row: tuple[Any, ...], event: Event | None, journal: JournalComparison) -> None:
        seq, body = row[0], row[1] or b""
        leaf = hashlib.sha256(b"\x00" + body).digest()
        if seq != self._next:
            self._leap(seq)
        fault = misfit(event)
        if event is not None and not fault:
            self._take(seq, event)
            fault = self._chain.fault(row, event, leaf)
        for what in filter(None, (fault, journal.fault(seq, body))):
            self._findings.add(what, seq=seq)
        self._tree.append(leaf)
        self._chain.leaf, self._next = leaf.hex(), seq + 1

    def _take(self, seq: int, event: Event) -> None:
        self._governance.take(seq, event)
        if self._state:
            self._state.fold(seq, event["rows"])
        if self._references:
            self._references.take(seq, event["refs"])

    def _leap(self, seq: int) -> None:
        """The sequence does not go on here: what follows is still read, but it no longer links."""
        self._chain.leaf = ""
        if seq < self._next:
            self._findings.add("its sequence number stands twice", seq=seq)
        else:
            self._findings.add(f"events {self._next} to {seq - 1} are missing", seq=self._next)

    def _stored_notes(self) -> Source:
        rows = self._registry.rows("SELECT size, note FROM audited.main.checkpoint ORDER BY size")
        stored = Source("the database", [str(note) for _, note in rows], "checkpoint")
        for size, note in rows:
            if Source("", [str(note)]).sizes() != {size}:
                self._findings.add("its note is not a checkpoint of that size", table="checkpoint", key=str(size))
        return stored

    def _check_notes(self, stored: Source, sources: list[Source]) -> None:
        checkpoints, report = Checkpoints(self._findings, self._governance, self._tree.roots, self._next), self._report
        checkpoints.prove(stored)
        for source in sources:
            proven = checkpoints.prove(source)
            if source.notes:
                checkpoints.compare(stored, source)
            if proven:
                report.anchored = max(report.anchored, *proven)
                report.assurance = max(report.assurance, source.location, key=ASSURANCE.index)
