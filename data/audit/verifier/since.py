"""Verifies a log from a checkpoint on that the caller trusts: what that checkpoint states, and every event after it.

The root of a checkpoint proves the roots of the full subtrees below it (its frontier). The registry stores them with
each checkpoint, so the tree is continued without reading an older event: each later checkpoint is proved to continue
the trusted one. The events before it are not read, so a change of one of them in the registry is not found here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.audit.verifier.canonical import ParsedEvent, parse_all
from data.audit.verifier.catalog import AttachedRegistry
from data.audit.verifier.chain import format_fault
from data.audit.verifier.checkpoints import Source, read_anchor, sizes_of, stamped_sizes
from data.audit.verifier.journal import JournalComparison
from data.audit.verifier.report import Findings, Report
from data.audit.verifier.seals import Seals
from data.audit.verifier.signature import Note, is_signed, read_note
from data.audit.verifier.state import RebuiltState
from data.audit.verifier.tree import Tree
from data.audit.verifier.verification import LogVerification, reported

ProvenEvent = tuple[int, bytes]
"""Number and body of an event that the caller has a proof of."""
_EVENTS = "audited.main.audit_event"
_DECLARING = "'log.created', 'log.key_rotated', 'log.migrated', 'standard.adopted'"
WHERE_TRUSTED = "the trusted checkpoint"


def verify_since(
    trusted: str,
    database: Path,
    journal: Path | None,
    anchors: Sequence[tuple[str, Path]],
    trusted_vkey: str | None = None,
    authorities: Path | None = None,
    proven: ProvenEvent | None = None,
) -> Report:
    """Verify that the registry's log continues the trusted checkpoint (the text of its note), and the events after it.

    The files are those of `verify`. `proven` is an event before the checkpoint, which is compared with the registry's.
    Never raises: a file that cannot be read is a finding.
    """

    def read(registry: AttachedRegistry, findings: Findings, report: Report) -> None:
        audit = _SinceVerification(registry, findings, report, trusted_vkey, authorities)
        audit.run_since(trusted, journal, anchors, proven)

    return reported(database, read)


class ChangedRows(RebuiltState):
    """The fold of the events from number `begin` on; the rows before it are not known."""

    def __init__(self, findings: Findings, begin: int) -> None:
        super().__init__(findings)
        self._begin = begin

    def base_revision(self, rev: int) -> int:
        """Return the revision before the first image of a row that the fold has: any is possible."""
        return rev - 1

    def stored_rows(self, registry: AttachedRegistry, table: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table that the events since the checkpoint wrote."""
        return self.rows_under(registry, table, list(self._rows.get(table, ())))

    def compare(self, registry: AttachedRegistry, declared: dict[str, dict[str, str]] | None) -> None:
        """Compare the rows that the events wrote with the tables of the registry."""
        for table in sorted(self._rows):
            if table not in registry.tables:
                self._findings.add("the table is missing", table=table)
            elif self._has_its_columns(table, registry.tables[table], declared):
                with self._findings.catching("the table", table=table):
                    self._compare_rows(registry, table)

    def indexed_rows(self, registry: AttachedRegistry) -> Iterator[tuple[Any, ...]]:
        """Yield the entries of the index of row images that name an event of this fold."""
        yield from registry.rows("SELECT table_name, key, seq FROM audited.main.row_image WHERE seq >= ?", self._begin)

    def written(self) -> int:
        """Return the number of rows that the events wrote."""
        return sum(map(len, self._rows.values()))


class _SinceVerification(LogVerification):
    """A verification that begins after a trusted checkpoint."""

    def run_since(
        self, trusted: str, journal: Path | None, anchors: Sequence[tuple[str, Path]], proven: ProvenEvent | None
    ) -> None:
        """Read everything since the checkpoint once; add the outcome to the report and the findings."""
        note = read_note(trusted)
        if not self._registry.check_audit_tables(self._findings):
            return
        if note is None or not note.size:
            self._findings.add(f"{WHERE_TRUSTED} is not a checkpoint of at least one event")
            return
        self._report.since = self._begin = self._next = note.size
        self._declare(note.size)
        if note.origin != self._governance.origin or not is_signed(note, self._governance.key_at(note.size)):
            self._findings.add(f"{WHERE_TRUSTED} is not signed by the key of this log: another log, or a rewritten one")
            return
        sources = [self._later(read_anchor(location, path, self._findings), note.size) for location, path in anchors]
        stored = self._stored_notes()
        self._tree, self._stamped = Tree({note.size} | sizes_of([stored, *sources])), stamped_sizes(sources)
        if not self._resumes(note):
            return
        self._compare_proven(proven)
        self._seals = Seals(self._governance, self._signed_size([stored, *sources]), self._registry.is_sealed)
        self._state = rows = ChangedRows(self._findings, note.size)
        with self._findings.catching("the log", table="audit_event"):
            self._read_events(JournalComparison(journal, note.size))
        self._compare_tables(stored, sources)
        self._findings.remark(
            f"events 0 to {note.size - 1} as the registry stores them: {WHERE_TRUSTED} proves what they were; "
            "`modelward audit verify` reads them"
        )
        self._findings.remark(
            f"rows other than the {rows.written()} that later events wrote, and whether decisions followed the rules: "
            "`modelward audit verify --deep` does"
        )

    def _declare(self, size: int) -> None:
        """Apply the events before the checkpoint that declare keys, schema and the demanded number of anchors."""
        query = f"SELECT seq, body FROM {_EVENTS} WHERE seq < ? AND type IN ({_DECLARING}) ORDER BY seq"
        found = self._registry.rows(query, size)
        for (seq, _), event in zip(found, parse_all([body or b"" for _, body in found]), strict=True):
            fault = format_fault(event)
            if event is None or fault:
                self._findings.add(fault, seq=seq)
            else:
                self._declare_event(seq, event)

    def _declare_event(self, seq: int, event: ParsedEvent) -> None:
        if event["type"] != "standard.adopted":
            self._governance.apply(seq, event)
        self._demand.apply(seq, event)

    def _resumes(self, note: Note) -> bool:
        """Continue tree and chain from the checkpoint; return False if the log does not contain it."""
        rows = self._registry.rows(f"SELECT body, recorded_at FROM {_EVENTS} WHERE seq = ?", note.size - 1)
        if not rows:
            ((last,),) = self._registry.rows(f"SELECT coalesce(max(seq) + 1, 0) FROM {_EVENTS}")
            self._report.events = last
            what = f"{WHERE_TRUSTED} proves {note.size} events, the log has {last}: its last events are missing"
            self._findings.add(what if last < note.size else f"event {note.size - 1} is missing", seq=last)
            return False
        ((body, recorded_at),) = rows
        self._times[note.size] = str(recorded_at)
        self._chain.resume(hashlib.sha256(b"\x00" + (body or b"")).hexdigest(), str(recorded_at))
        query = "SELECT * FROM audited.main.checkpoint WHERE size = ?"
        found = self._registry.rows(query, note.size)
        if not found:
            what = f"{WHERE_TRUSTED} is not among the checkpoints of the registry"
            self._findings.add(what, table="checkpoint", key=str(note.size))
        if found and self._tree.resume(note.size, note.root, str(found[0][-1])):
            return True
        if self._tree.resume(note.size, note.root, self._frontier_of_leaves(note.size)):
            if found and self._registry.is_sealed and found[0][-1] is not None:
                what = "the frontier is not that of the first events"
                self._findings.add(what, table="checkpoint", key=str(note.size))
            return True
        what = f"the first {note.size} events are not those that {WHERE_TRUSTED} states: history was rewritten"
        self._findings.add(what, seq=0)
        return False

    def _frontier_of_leaves(self, size: int) -> str:
        """Compute the frontier from all leaves before the checkpoint, where the registry has not stored it."""
        tree = Tree(())
        for rows in self._registry.leaves(size):
            for (leaf,) in rows:
                tree.append(leaf or b"")
        return tree.frontier()

    def _later(self, source: Source, size: int) -> Source:
        """Return the notes and stamps of an anchor that state at least `size` events; say if it ends before them."""
        notes = [text for text in source.notes if (note := read_note(text)) is None or note.size >= size]
        stamps = [stamp for stamp in source.stamps if (note := read_note(stamp.note)) is None or note.size >= size]
        if source.notes and not notes:
            # Where a standard demands a number of anchors, another one may be incomplete: their number is checked.
            report = self._findings.remark if self._demand.since()[0] else self._findings.add
            report(f"{source.name} lacks the checkpoint of size {size} and all after it")
        return replace(source, notes=notes, stamps=stamps)

    def _compare_proven(self, proven: ProvenEvent | None) -> None:
        if proven is None:
            return
        seq, body = proven
        if self._registry.rows(f"SELECT body FROM {_EVENTS} WHERE seq = ?", seq) != [(body,)]:
            self._findings.add("the event differs from the one that the given proof contains", seq=seq)
