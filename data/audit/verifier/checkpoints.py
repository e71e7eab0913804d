"""Compares the log with its signed checkpoints: those in the database and those in anchors outside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.audit.verifier.anchor_lines import AnchorLines, Stamp, read_lines
from data.audit.verifier.governance import Governance
from data.audit.verifier.journal import is_file
from data.audit.verifier.report import Findings
from data.audit.verifier.signature import Note, is_signed, read_note

ASSURANCE = ("none", "local", "off-host", "witnessed")


@dataclass(frozen=True)
class Source:
    """A list of notes and where it was read; `table` is set only for the notes in the database, `file` for an anchor.

    `stamps` are the replies of a time-stamp authority. A stamp covers all events before it, so such an anchor need not
    have every checkpoint.
    """

    name: str
    notes: Sequence[str]
    table: str | None = None
    location: str = "none"
    stamps: Sequence[Stamp] = ()
    file: str = ""

    def sizes(self) -> set[int]:
        """Return the sizes that the notes state, whether or not the notes are signed."""
        return {note.size for text in self.notes if (note := read_note(text))}


def read_anchor(location: str, path: Path, findings: Findings) -> Source:
    """Return the content of an anchor's file; add a finding for a missing or empty file or an unknown location."""
    lines = AnchorLines()
    found = is_file(path)
    with findings.catching(f"the anchor {path.name}"):
        lines = read_lines(f"the anchor {path.name}", path, findings) if found else lines
    if not lines.notes:
        findings.add(f"the anchor {path.name} {'contains no checkpoint' if found else 'is missing'}")
    if location not in ASSURANCE[1:]:
        findings.add(f"the anchor {path.name} has the location {location!r}; allowed are {', '.join(ASSURANCE[1:])}")
        location = ASSURANCE[0]
    return Source(f"the anchor {path.name}", lines.notes, None, location, lines.stamps, path.name)


class Checkpoints:
    """Compares notes with the Merkle roots that were computed from the events, and with the number of events."""

    def __init__(self, findings: Findings, governance: Governance, roots: Mapping[int, bytes], size: int) -> None:
        self._findings, self._governance, self._roots, self._size = findings, governance, roots, size
        self._genuine: dict[str, bool] = {}

    def prove(self, source: Source) -> set[int]:
        """Return the sizes that the source's notes prove; add a finding for each contradiction."""
        signed = [note for text in source.notes if (note := self._signed(text, source))]
        if source.notes and not signed:
            self._findings.add(
                f"no checkpoint in {source.name} is signed by the key of this log: another log, or a rewritten one",
                seq=0, table=source.table,
            )  # fmt: skip
        proven: set[int] = set()
        for note in sorted(signed, key=lambda note: note.size):
            if note.size and self._roots.get(note.size) != note.root:
                self._contradict(source, note, max(proven, default=0))
                break
            proven.add(note.size)
        return proven

    def compare(self, stored: Source, anchor: Source, confirmed: int = 0) -> None:
        """Add a finding for each anchored checkpoint that the database lacks, and for each one of the database that
        the anchor lacks. The latest checkpoint in the database is exempt, because a crash may have prevented its
        anchoring. So are those up to size `confirmed`, which enough other anchors have, if the anchor ends before
        them: it could not be reached, and is completed later."""
        here, there = stored.sizes(), anchor.sizes()
        for size in sorted(there - here):
            self._findings.add(
                f"the checkpoint is in {anchor.name}, but not in the database", table="checkpoint", key=str(size)
            )
        last = max(there, default=0)
        lacking = sorted(here - there - {max(here, default=0)})
        later = [size for size in lacking if last < size <= confirmed]
        if later:
            self._findings.remark(f"{anchor.name} after size {last}: it still lacks {len(later)} later checkpoints")
        for size in lacking:
            if size not in later and (size > last or not anchor.stamps):
                self._findings.add(f"{anchor.name} lacks the checkpoint of size {size}")

    def _signed(self, text: str, source: Source) -> Note | None:
        note = read_note(text)
        if note is None:
            self._findings.add(f"{source.name} contains a note that is not a checkpoint", table=source.table)
            return None
        if text not in self._genuine:
            signed = is_signed(note, self._governance.key_at(note.size))
            self._genuine[text] = signed and note.origin == self._governance.origin
        if not self._genuine[text]:
            what = f"the signature on the checkpoint of size {note.size} in {source.name} is not valid"
            self._findings.add(what, table=source.table, key=str(note.size))
            return None
        return note

    def _contradict(self, source: Source, note: Note, proven: int) -> None:
        size = self._size
        if note.size > size:
            what = f"{source.name} proves size {note.size}, the log has size {size}: its last events are missing"
            self._findings.add(what, seq=size, table=source.table)
            return
        seq = self._findings.first_between(proven, note.size)
        what = f"the events {proven} to {note.size - 1} are not those that {source.name} proves"
        self._findings.add(what, seq=proven if seq is None else seq, table=source.table)


def stamped_sizes(sources: Iterable[Source]) -> frozenset[int]:
    """Return every size that the note of a stamp states."""
    return frozenset(note.size for source in sources for one in source.stamps if (note := read_note(one.note)))


def sizes_of(sources: Iterable[Source]) -> set[int]:
    """Return every size that a note of any source states."""
    return set().union(*(source.sizes() for source in sources))
