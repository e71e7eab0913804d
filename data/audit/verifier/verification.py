"""Runs one verification: reads every event once, then compares the log with the tables, checkpoints and artifacts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from data.audit.verifier.anchor_demand import ADOPTED, AnchorDemand, confirmations
from data.audit.verifier.backups import DATABASE, FIRST_SIGNED_SCHEMA
from data.audit.verifier.canonical import ParsedEvent, parse_all, without_cycle_collection
from data.audit.verifier.catalog import AttachedRegistry
from data.audit.verifier.chain import COPIES, Chain, format_fault
from data.audit.verifier.checkpoints import ASSURANCE, Checkpoints, Source, read_anchor, sizes_of, stamped_sizes
from data.audit.verifier.governance import GOVERNING, Governance
from data.audit.verifier.journal import JournalComparison
from data.audit.verifier.judges import PEOPLE, Judging
from data.audit.verifier.log_tables import check_confirmations, check_frontiers
from data.audit.verifier.report import Findings, Report
from data.audit.verifier.seals import Seals, journal_line
from data.audit.verifier.signature import is_signed, read_note
from data.audit.verifier.state import RebuiltState
from data.audit.verifier.stored_files import StoredFiles, Stores
from data.audit.verifier.time_stamps import check_stamps
from data.audit.verifier.tree import Tree

_EVENTS = "audited.main.audit_event"
KINDS = GOVERNING | {ADOPTED}
"""The types of the events that concern the log itself."""
MEMORY = ("96MB", "2GB")
"""DuckDB uses all memory that it is allowed; the second limit is for a log whose events do not fit into the first."""


def verify(  # noqa: PLR0913, PLR0917 – each file or folder can be given or left out by itself
    database: Path,
    journal: Path | None,
    anchors: Sequence[tuple[str, Path]],
    artifacts: Path | None,
    deep: bool,
    trusted_vkey: str | None = None,
    inbox: Path | None = None,
    backups: Path | None = None,
    authorities: Path | None = None,
    reports: Path | None = None,
    keys: Path | None = None,
) -> Report:
    """Verify the registry file against its own events, its journal and its anchors `(location, path)`.

    The caller must hold the registry's lock and have the file closed; it is opened read-only. `deep` rebuilds the state
    tables from the events, `artifacts` is the directory whose files are hashed again, `trusted_vkey` is the key, known
    from elsewhere, that genesis must declare. With `artifacts`, the files of `inbox` (packed submissions) and the
    folders of `backups` are compared too. The dossiers in `reports` are compared. `authorities` is a PEM file with the
    root certificates of time-stamp authorities, `keys` the folder of keys and sealed seeds. Never raises: a file that
    cannot be read is a finding.
    """

    def read(registry: AttachedRegistry, findings: Findings, report: Report) -> None:
        audit = LogVerification(registry, findings, report, trusted_vkey, authorities)
        audit.run(journal, anchors, Stores(artifacts, inbox, backups, reports, keys), deep)

    return reported(database, read)


def reported(database: Path, read: Callable[[AttachedRegistry, Findings, Report], None]) -> Report:
    """Return the report that `read` fills from the open file, and its findings; repeated with more memory if it lacks.

    Never raises: a file that cannot be read is a finding.
    """
    findings, report = Findings(), Report()
    for memory in MEMORY:
        findings, report = Findings(), Report()
        try:
            with _attached(database, memory) as connection, without_cycle_collection():
                read(AttachedRegistry(connection), findings, report)
        except duckdb.OutOfMemoryException as broken:
            findings.add(f"the file cannot be read: {broken}")
            continue
        except Exception as broken:  # noqa: BLE001 - see the docstring: the report says what could not be read
            findings.add(f"the file cannot be read: {broken}")
        break
    return _concluded(report, findings)


@contextmanager
def _attached(database: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the file read-only as `audited`, beside an empty in-memory database; one thread, nothing written to disk."""
    config: dict[str, str | bool | int | float | list[str]] = {"autoload_known_extensions": False, "threads": 1}
    with duckdb.connect(":memory:", config=config) as connection:
        place = str(database).replace("'", "''")
        connection.execute(f"SET memory_limit = '{memory}'; SET temp_directory = ''")
        connection.execute(f"ATTACH '{place}' AS audited (READ_ONLY); SET enable_external_access = false")
        yield connection


def _fault_of_backup(folder: Path) -> str:
    """Verify a backup of an earlier version by its own journal and anchors; return what is wrong with it."""
    anchors = [("local", path) for path in sorted((folder / "anchors").glob("*"))]
    report = verify(folder / DATABASE, folder / "journal" / "events.jsonl", anchors, None, deep=True)
    if not report.ok:
        return f"it does not verify: {report.findings[0].what}"
    with _attached(folder / DATABASE, MEMORY[0]) as connection:
        query = f"SELECT 1 FROM audited.main.schema_version WHERE version >= {FIRST_SIGNED_SCHEMA}"
        return "the version that made it writes such a list" if AttachedRegistry(connection).rows(query) else ""


def _concluded(report: Report, findings: Findings) -> Report:
    """Return the report with all findings."""
    report.findings = findings.all()
    report.first_bad_seq = findings.first()
    report.unchecked = list(findings.remarks)
    report.ok = not report.findings
    return report


class LogVerification:
    """The state of one verification, which each event updates; `begin` is the number of the first event to be read."""

    def __init__(
        self,
        registry: AttachedRegistry,
        findings: Findings,
        report: Report,
        trusted_vkey: str | None,
        authorities: Path | None,
    ) -> None:
        self._registry, self._findings, self._report, self._authorities = registry, findings, report, authorities
        self._demand = AnchorDemand()
        self._governance = Governance(findings, trusted_vkey)
        self._chain = Chain(self._governance)
        self._next = self._begin = 0
        self._times: dict[int, str] = {}
        self._files: StoredFiles | None = None
        self._state: RebuiltState | None = None
        self._judging: Judging | None = None
        self._is_governed = False

    def run(self, journal: Path | None, anchors: Sequence[tuple[str, Path]], stores: Stores, deep: bool) -> None:
        """Read everything once; add the outcome to the report and the findings."""
        if not self._registry.check_audit_tables(self._findings):
            return
        sources = [read_anchor(location, path, self._findings) for location, path in anchors]
        stored = Source("the database", [], "checkpoint")
        with self._findings.catching("the table", table="checkpoint"):
            stored = self._stored_notes()
        sizes = sizes_of([stored, *sources])
        self._tree, self._stamped = Tree(sizes), stamped_sizes(sources)
        start = 0 if deep else self._signed_size([stored, *sources])
        self._seals = Seals(self._governance, start, self._registry.is_sealed)
        self._state = RebuiltState(self._findings) if deep else None
        self._judging = Judging(self._findings) if deep else None
        self._files = StoredFiles(stores, self._findings, _fault_of_backup)
        with self._findings.catching("the log", table="audit_event"):
            self._read_events(JournalComparison(journal))
        self._compare_tables(stored, sources)

    def _signed_size(self, sources: Sequence[Source]) -> int:
        """Return the greatest size that a note states which a key of the log signed; 0 where there is none.

        The keys are read from the events before these are verified: a wrong key is a finding later.
        """
        query = f"SELECT body FROM {_EVENTS} WHERE type IN ('log.created', 'log.key_rotated')"
        events = parse_all([body or b"" for (body,) in self._registry.rows(query)])
        keys = [str(data.get("vkey")) for event in events if event and isinstance(data := event.get("data"), dict)]
        notes = {note for source in sources for text in source.notes if (note := read_note(text))}
        for note in sorted(notes, key=lambda note: -note.size):
            if any(is_signed(note, key) for key in keys):
                return note.size
        return 0

    def _compare_tables(self, stored: Source, sources: list[Source]) -> None:
        """Compare the tables of the log, the checkpoints, the state and the artifacts with what the events say."""
        with self._findings.catching("the table", table="audit_head"):
            self._registry.check_head(self._findings, self._tree.size, self._chain.leaf, self._tree.frontier())
        with self._findings.catching("the table", table="schema_version"):
            self._registry.check_schema_version(self._findings, self._governance)
        with self._findings.catching("the table", table="audit_event"):
            self._registry.check_seals_declared(self._findings, self._governance)
        with self._findings.catching("a checkpoint"):
            self._check_notes(stored, sources)
        if self._registry.is_sealed:
            with self._findings.catching("the table", table="checkpoint"):
                check_frontiers(self._registry, self._tree.roots, self._findings)
            with self._findings.catching("the table", table="anchor_confirmation"):
                check_confirmations(self._registry, sources, self._findings)
        if self._state:
            with self._findings.catching("the state"):
                self._state.compare(self._registry, self._governance.tables)
                if self._registry.is_sealed:
                    self._state.compare_row_index(self._registry)
        if self._files:
            self._files.check(self._governance)

    def _read_events(self, journal: JournalComparison) -> None:
        seen = 0
        columns = ("seq", "body", *COPIES, "seal") if self._registry.is_sealed else ("seq", "body", *COPIES)
        for rows in self._registry.events(columns, self._begin):
            for row, event in zip(rows, parse_all([row[1] or b"" for row in rows]), strict=True):
                self._read_event(row, event, journal)
            seen += len(rows)
        ((total,),) = self._registry.rows(f"SELECT count(*) FROM {_EVENTS}")
        self._report.events = self._tree.size
        seen += self._begin
        if not seen or seen != total:
            outside = f"rows of audit_event without a valid seq: {total - seen}"
            self._findings.add(outside if total else "the log is empty", seq=0)
        if journal.missing:
            self._findings.add("the journal is missing")
        if surplus := journal.surplus():
            self._findings.add(f"the last events are missing: the journal has {surplus} more", seq=self._next)
        if journal.broken:
            self._findings.add(journal.broken)
        for name, seq in self._registry.repeated_ids(self._begin):
            self._findings.add(f"the id {name} was used before: the event is a replay", seq=seq)

    def _read_event(self, row: tuple[Any, ...], event: ParsedEvent | None, journal: JournalComparison) -> None:
        seal = row[2 + len(COPIES)] if self._registry.is_sealed else None
        seq, body, row = row[0], row[1] or b"", row[: 2 + len(COPIES)]
        leaf = hashlib.sha256(b"\x00" + body).digest()
        if seq != self._next:
            self._record_gap(seq)
        try:
            fault = self._fault(row, event, leaf, seal)
        except Exception as broken:  # noqa: BLE001 - whatever a hostile event provokes is a finding about that event
            fault = f"the event cannot be checked: {type(broken).__name__}: {broken}"
        for what in filter(None, (fault, journal.fault(seq, journal_line(body, seal)))):
            self._findings.add(what, seq=seq)
        self._tree.append(leaf)
        self._chain.leaf, self._next = leaf.hex(), seq + 1

    def _fault(self, row: tuple[Any, ...], event: ParsedEvent | None, leaf: bytes, seal: bytes | None) -> str:
        """Return the first fault of an event, empty if there is none; apply the event if it has the right format."""
        fault = format_fault(event)
        if event is None or fault:
            return fault
        self._apply(row[0], event)
        return self._chain.fault(row, event, leaf) or self._seals.fault(row[0], event, leaf, seal)

    def _apply(self, seq: int, event: ParsedEvent) -> None:
        if seq + 1 in self._stamped:
            self._times[seq + 1] = event["recorded_at"]
        if not seq or event["type"] in KINDS:
            self._governance.apply(seq, event)
            self._demand.apply(seq, event)
        if self._state:
            self._state.fold(seq, event["rows"])
        if self._judging and self._has_people(event):
            self._judging.judge(seq, event, self._governance.origin, self._governance.is_replay)
            self._report.judged = self._judging.judged
        if self._files:
            self._files.add(seq, event)

    def _has_people(self, event: ParsedEvent) -> bool:
        """Return True if the log declares a roster, or writes one without declaring its tables."""
        tables = self._governance.tables
        written = tables is None and any(type(one) is dict and one.get("table") == PEOPLE for one in event["rows"])
        self._is_governed = self._is_governed or written or PEOPLE in (tables or ())
        return self._is_governed

    def _record_gap(self, seq: int) -> None:
        """Add a finding for a gap or repetition in the sequence; later events are read, but the chain is
        interrupted."""
        self._chain.leaf = ""
        if seq < self._next:
            self._findings.add("the sequence number occurs twice", seq=seq)
        else:
            last = seq - 1
            events = f"event {last} is" if last == self._next else f"events {self._next} to {last} are"
            self._findings.add(f"{events} missing", seq=self._next)

    def _stored_notes(self) -> Source:
        query = f"SELECT size, note FROM audited.main.checkpoint WHERE size >= {self._begin:d} ORDER BY size"
        rows = self._registry.rows(query)
        stored = Source("the database", [str(note) for _, note in rows], "checkpoint")
        for size, note in rows:
            if Source("", [str(note)]).sizes() != {size}:
                self._findings.add("the note is not a checkpoint of this size", table="checkpoint", key=str(size))
        return stored

    def _check_notes(self, stored: Source, sources: list[Source]) -> None:
        checkpoints, report = Checkpoints(self._findings, self._governance, self._tree.roots, self._next), self._report
        checkpoints.prove(stored)
        proven = [checkpoints.prove(source) for source in sources]
        covered = self._covered(stored, proven)
        for source, sizes in zip(sources, proven, strict=True):
            if source.notes:
                checkpoints.compare(stored, source, covered)
            if sizes:
                report.anchored = max(report.anchored, *sizes)
                report.assurance = max(report.assurance, source.location, key=ASSURANCE.index)
            size, at = check_stamps(source.name, source.stamps, self._authorities, self._findings, self._times)
            if at is not None and size > report.stamped:
                report.stamped, report.stamped_at = size, f"{at:%Y-%m-%dT%H:%M:%SZ}"

    def _covered(self, stored: Source, proven: list[set[int]]) -> int:
        """Return the greatest stored size that as many anchors prove as the standard demands; 0 without a demand.

        Fewer anchors at any checkpoint after the adoption are a finding, except at the newest one, as after a crash.
        """
        demanded, since = self._demand.since()
        if not demanded:
            return 0
        sizes = sorted(stored.sizes())
        enough = max((size for size in sizes if confirmations(size, proven) >= demanded), default=0)
        lacking = [size for size in sizes[:-1] if size > max(since + 1, enough)]
        if lacking:
            what = f"the standard demands that {demanded} anchors confirm each checkpoint, and"
            count = confirmations(lacking[0], proven)
            self._findings.add(f"{what} {count} {'confirms' if count == 1 else 'confirm'} that of size {lacking[0]}")
        return enough
