"""Reads the journal once, event by event: form, number, chain, time, ids, seals, and the tree over all leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from data.audit.standalone.event_format import JournalLine, format_fault, read_line
from data.audit.standalone.fault_list import FaultList, shown
from data.audit.standalone.json_spelling import read_object
from data.audit.standalone.log_declaration import LogDeclaration
from data.audit.standalone.merkle_roots import MerkleRoots
from data.audit.standalone.repeated_ids import EventIds
from data.audit.standalone.signed_note import is_message_signed_by

JOURNAL = "log/journal.jsonl"
_NO_EVENT = "0" * 64
_WRONG_SEAL = "the seal of the event is not a signature by the key of the log"

EventVisitor = Callable[[int, bytes, "dict[str, Any]"], None]
"""Receives number, body and content of each event that is well-formed and disclosed."""


class EventLogReading:
    """The state of the reading after each line; `withheld`, `sealed` and `unsigned` count events."""

    def __init__(self, faults: FaultList, declaration: LogDeclaration, sizes: Iterable[int], signed_size: int) -> None:
        """Compute the roots at `sizes`; verify the seals of the events from number `signed_size` on, which no
        checkpoint covers."""
        self._faults, self._declaration, self._signed_size = faults, declaration, signed_size
        self._tree, self._ids = MerkleRoots(sizes), EventIds()
        self._prev: str | None = _NO_EVENT
        self._recorded_at = ""
        self._is_sealed = False
        self._unverified: tuple[int, bytes, bytes] | None = None
        self.withheld = self.sealed = self.unsigned = 0

    @property
    def size(self) -> int:
        """The number of events read."""
        return self._tree.size

    def root_at(self, size: int) -> bytes | None:
        """Return the root at one of the requested sizes, or at the end; None if the log does not reach that size."""
        return self._tree.root() if size == self.size else self._tree.root_at(size)

    def check_last_seal(self) -> None:
        """Verify the seal of the last event read, if a checkpoint made that redundant; a wrong one is a fault.

        Where something contradicts the event, its seal says whether the event itself was changed.
        """
        last, self._unverified = self._unverified, None
        if last is not None and not self._is_seal_valid(*last):
            self._add(_WRONG_SEAL, last[0])

    def read(self, lines: Iterable[bytes], visit: EventVisitor) -> None:
        """Read every line; call `visit` for each event that is well-formed and not withheld."""
        for line in lines:
            self._read_line(read_line(line), visit)
        if not self.size:
            self._add("the log is empty", 0)
        for seq in self._ids.repeated():
            self._add("the id was used before: the event is a replay", seq)

    def _read_line(self, line: JournalLine, visit: EventVisitor) -> None:
        seq = self.size
        if line.fault:
            self._add(line.fault, seq)
        if line.withheld_leaf is not None:
            self.withheld += 1
            leaf = line.withheld_leaf
            if seq == 0:
                self._add("the first event, which declares the keys, is withheld", seq)
        else:
            leaf = hashlib.sha256(b"\x00" + line.body).digest()
            self._read_body(seq, line.body, visit)
        self._tree.append(leaf)
        self._prev = leaf.hex()
        self._check_seal(seq, leaf, line.seal)

    def _read_body(self, seq: int, body: bytes, visit: EventVisitor) -> None:
        event = read_object(body)
        fault = format_fault(event)
        if event is None or fault:
            self._add(fault, seq)
            return
        for fault in (self._declaration.apply(seq, event), self._contradiction(seq, event)):
            if fault:
                self._add(fault, seq)
        self._recorded_at = max(self._recorded_at, event["recorded_at"])
        self._ids.add(event["id"], seq)
        visit(seq, body, event)

    def _contradiction(self, seq: int, event: dict[str, Any]) -> str:
        if event["seq"] != seq:
            return f"the line holds the event with the number {event['seq']}"
        if event["prev"] != self._prev:
            self.check_last_seal()
            return "prev is not the leaf of the event before"
        if event["log"] != self._declaration.origin:
            return f"the event belongs to another log: {shown(event['log'])}"
        if event["recorded_at"] < self._recorded_at:
            return "recorded_at is before the time of an earlier event"
        if event["effective_at"] != event["recorded_at"] and not self._declaration.is_replay:
            return "effective_at differs from recorded_at, which only a replay log allows"
        return ""

    def _check_seal(self, seq: int, leaf: bytes, seal: bytes | None) -> None:
        """Check that no seal is missing, and verify the seals that a checkpoint does not make redundant."""
        self._unverified = None
        if seal is None:
            if self._is_sealed or self._declaration.has_seals:
                self._add("the event has no seal, but the log seals its events", seq)
            if seq >= self._signed_size:
                self.unsigned += 1
            return
        self._is_sealed = True
        if seq < self._signed_size:
            self._unverified = (seq, leaf, seal)
        elif self._is_seal_valid(seq, leaf, seal):
            self.sealed += 1
        else:
            self._add(_WRONG_SEAL, seq)

    def _is_seal_valid(self, seq: int, leaf: bytes, seal: bytes) -> bool:
        statement = f"modelward event seal v1\n{self._declaration.origin}\n{seq}\n{leaf.hex()}\n"
        key = self._declaration.key_at(seq + 1)
        return is_message_signed_by(key, statement.encode("utf-8", "replace"), seal)

    def _add(self, what: str, seq: int) -> None:
        self._faults.add(what, JOURNAL, seq)
