"""Compare the log with its copies outside the database before each write: journal, anchors and the seals of events.

The journal restores a lost database, the anchors prove what the log was. A copy that lags behind after a crash is
completed. A copy that lost something, or contradicts the database, stops the write: nothing is repaired unasked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from data.audit.anchors.anchor import RECOVER_ANCHOR, AnchorSink, confirmed_name, size_of
from data.audit.body import leaf_hash
from data.audit.journal import RECOVER_JOURNAL, Journal, JournalEntry
from data.audit.merkle import Frontier
from data.audit.note import VerificationKey, parse_vkey, verify_checkpoint
from data.audit.seal import seal_holds
from data.errors import (
    AnchorError,
    AuditError,
    ForgedEventError,
    JournalError,
    MissingRegistryError,
    UnreachableAnchorError,
)
from data.registry.audit_log import AuditLog, Head, StoredCheckpoint, StoredEvent
from data.registry.migration import SEALS
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)
_CHECKED: dict[Path, tuple[int, str, str, int]] = {}
"""By database, the head whose tail this process has checked: size, leaf, frontier, and size of the last checkpoint."""


class LogCopies:
    """The journal and the anchors of one registry."""

    def __init__(self, database: Path, journal: Journal, anchors: Sequence[AnchorSink]) -> None:
        self.database, self.journal, self.anchors = database.absolute(), journal, anchors
        self._confirmed: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._demanded: int | None = None
        self.anchored = 0
        """The size of the log at its last signed checkpoint, as of the last `check`."""
        self._last_note = ""

    def check(self, log: AuditLog, head: Head, vkey: str) -> None:
        """Compare journal, anchors and seals with the log; append events that the journal lacks after a crash.

        Raises MissingRegistryError when the registry has fewer events than the journal. Raises JournalError when the
        journal is missing, ends before the last checkpoint, or differs; AnchorError when an anchor is ahead, lost
        checkpoints or contradicts the log, or fewer are set than the standard demands; ForgedEventError for events that
        the key `vkey` did not seal.
        """
        self.anchored, self._last_note = 0, ""
        if head.size == 0:
            return
        last = log.last_checkpoint()
        if last is not None:
            self.anchored, self._last_note = last.size, last.note
        start = self.anchored
        known = self._journal_size(head, start)
        self._confirmed, self._held = log.confirmed(), {}
        self._require_enough_set(log.demanded_anchors())
        for sink in self.anchors:
            self._check_anchor(sink, log, head)
        state = (head.size, head.leaf, head.frontier.to_hex(), start)
        if known == head.size and _CHECKED.get(self.database) == state:
            return
        tail = log.stored(start)
        check_tail(last, tail, head, vkey)
        self._compare_journal(tail, known, start)
        if known < head.size:
            LOG.warning("the journal lacks events %d to %d after a crash; they are appended", known, head.size - 1)
            self.journal.append([event.entry for event in tail[known - start :]])
        _CHECKED[self.database] = state

    def check_before_migration(self, log: AuditLog, head: Head) -> None:
        """Compare the number of events with the journal of a registry whose events may have no seals yet.

        Raises MissingRegistryError and JournalError in the same cases as `check`.
        """
        known = self._journal_size(head, log.anchored_size())
        self.journal.append([JournalEntry(body) for body in log.bodies(known)])

    def written(self, head: Head, anchored: int) -> None:
        """Remember the head that this process has just written, so that it is not checked again at once."""
        _CHECKED[self.database] = (head.size, head.leaf, head.frontier.to_hex(), anchored)

    def notes_to_append(self, log: AuditLog) -> list[str]:
        """Return the notes that an anchor may lack: those after the last one of the anchor that has the fewest."""
        return log.notes(min((self._held.get(confirmed_name(sink), 0) for sink in self.anchors), default=0))

    def require_reachable(self) -> None:
        """Refuse a decision, before it is recorded, when fewer anchors can be reached than the standard demands.

        Raises AnchorError. A standard that demands no number is met by a later completion.
        """
        if self._demanded is not None and len(self._held) < self._demanded:
            away = ", ".join(sink.name for sink in self.anchors if confirmed_name(sink) not in self._held)
            raise AnchorError(
                f"the standard demands that {self._demanded} anchors confirm a decision, and {len(self._held)} can be"
                f" reached; not reached: {away}",
                "make these anchors reachable, then decide again; nothing was recorded",
            )

    def append_to_anchors(self, notes: Sequence[str]) -> list[tuple[str, int]]:
        """Append the notes that each anchor lacks; return each anchor's name with the size that it now confirms.

        All anchors are tried. When fewer of them succeed than the standard demands (without a demand: when one fails),
        `AnchorError` is raised after them, with the confirmations of the others in its attribute `confirmed`.
        """
        confirmed: list[tuple[str, int]] = []
        failed: list[AnchorError] = []
        for sink in self.anchors:
            LOG.debug("append the checkpoint to anchor %s", sink.name)
            try:
                held = self._size_held(sink)
                for note in sink.lacking([note for note in notes if size_of(note) > held]):
                    sink.append(note)
            except AnchorError as error:
                LOG.warning("anchor %s has not confirmed the checkpoint: %s", sink.name, error.what)
                failed.append(error)
            else:
                confirmed.append((confirmed_name(sink), size_of(notes[-1])))
        self._held.update(confirmed)
        if failed and (self._demanded is None or len(confirmed) < self._demanded):
            raise self._too_few(failed[0], confirmed)
        return confirmed

    def _too_few(self, error: AnchorError, confirmed: list[tuple[str, int]]) -> AnchorError:
        if self._demanded is not None:
            what = (
                f"{len(confirmed)} of the {self._demanded} anchors that the standard demands confirmed the checkpoint"
            )
            error = AnchorError(f"{what}: {error.what}", error.remedy)
        error.confirmed = tuple(confirmed)
        return error

    def _size_held(self, sink: AnchorSink) -> int:
        """Return the size of the last checkpoint of an anchor.

        Raises UnreachableAnchorError for one that has confirmed a checkpoint: its folder must not be made again.
        """
        name = confirmed_name(sink)
        if name not in self._held:
            try:
                self._held[name] = size_of(sink.last())
            except UnreachableAnchorError:
                if name in self._confirmed:
                    raise
                return 0
        return self._held[name]

    def _require_enough_set(self, demanded: int | None) -> None:
        self._demanded = demanded
        if demanded is not None and len(self.anchors) < demanded:
            raise AnchorError(
                f"the standard demands {demanded} anchors, and {len(self.anchors)} are set",
                "add the others to the setting anchors (`MODELWARD_ANCHORS`), then try again",
            )

    def _journal_size(self, head: Head, anchored: int) -> int:
        if not self.journal.exists():
            raise JournalError(f"the journal {self.journal.path} is missing", RECOVER_JOURNAL)
        known = self.journal.size()
        if known > head.size:
            raise MissingRegistryError(
                f"number of events: {known} in the journal, {head.size} in the registry; the registry lost events",
                f"move {self.database} aside and run `modelward audit rebuild`",
            )
        if known < anchored:
            raise JournalError(
                f"the journal {self.journal.path} ends after {known} events, but {anchored} are signed: it lost events",
                RECOVER_JOURNAL,
            )
        return known

    def _compare_journal(self, tail: Sequence[StoredEvent], known: int, start: int) -> None:
        """Compare the journal with the events after the last checkpoint, line by line."""
        for entry, event in zip(self.journal.latest(known - start), tail, strict=False):
            if entry != event.entry:
                raise JournalError(
                    f"the journal {self.journal.path} and the registry differ in event {event.seq}",
                    "keep both files as they are and run `modelward audit verify --deep`",
                )

    def _check_anchor(self, sink: AnchorSink, log: AuditLog, head: Head) -> None:
        held = self._confirmed.get(confirmed_name(sink), 0)
        try:
            last = sink.last()
        except UnreachableAnchorError as error:
            LOG.warning("anchor %s cannot be reached: %s", sink.name, error.what)
            return
        size = size_of(last)
        if size < held:
            raise AnchorError(
                f"the anchor {sink.name} ends at size {size}, but confirmed size {held}: it lost checkpoints",
                RECOVER_ANCHOR,
            )
        self._held[confirmed_name(sink)] = size
        if size > head.size:
            raise AnchorError(
                f"the anchor {sink.name} proves {size} events, the registry has {head.size}: it is an older copy",
                f"move {self.database} aside and run `modelward audit rebuild` with the latest journal",
            )
        if last and last != (self._last_note if size == self.anchored else log.note(size)):
            raise AnchorError(
                f"the anchor {sink.name} and the registry have different checkpoints of size {size}",
                "keep both as they are and run `modelward audit verify --deep`",
            )


def check_tail(last: StoredCheckpoint | None, tail: Sequence[StoredEvent], head: Head, vkey: str) -> None:
    """Compute the head again from the last checkpoint, and check the seal of each event after it.

    Raises ForgedEventError for an event without a valid seal, AuditError when the head differs.
    """
    frontier = last.frontier if last else Frontier.empty()
    if last is not None:
        note = verify_checkpoint(last.note, vkey)
        if note.size != last.size or (frontier is not None and frontier.root() != note.root):
            raise AuditError(f"the checkpoint of size {last.size} in the registry was changed")
    _check_seals(tail, head, parse_vkey(vkey))
    leaf = tail[-1].leaf.hex() if tail else head.leaf
    for event in tail:
        frontier = frontier.append(event.leaf) if frontier is not None else None
    is_same = frontier is None or frontier.to_hex() == head.frontier.to_hex()
    if leaf != head.leaf or not is_same or head.size != (last.size if last else 0) + len(tail):
        raise AuditError(f"the head of the log in the registry does not follow from its {head.size} events")


def _check_seals(tail: Sequence[StoredEvent], head: Head, key: VerificationKey) -> None:
    unsealed = _events_before_seals(tail)
    for event in tail:
        genuine = event.leaf == leaf_hash(event.body)
        if genuine and event.seq not in unsealed:
            genuine = seal_holds(key, head.origin, event.seq, event.leaf, event.seal or b"")
        if not genuine:
            raise ForgedEventError(f"event {event.seq} of the registry is not sealed by the key of the log")


def _events_before_seals(tail: Sequence[StoredEvent]) -> frozenset[int]:
    """Return the numbers of the events before the migration that introduced seals, if this tail contains it."""
    for position, event in enumerate(tail):
        if event.seal is not None:
            first = json.loads(event.body)
            is_start = first["type"] == "log.migrated" and first["data"].get("migration") == SEALS
            return frozenset(one.seq for one in tail[:position]) if is_start else frozenset()
    return frozenset()
