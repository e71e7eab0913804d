"""Compares the log with its signed checkpoints: those of the registry, and those of each anchor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from data.audit.standalone.anchor_line import read_anchor_line
from data.audit.standalone.event_log import EventLogReading
from data.audit.standalone.fault_list import FaultList
from data.audit.standalone.log_declaration import LogDeclaration
from data.audit.standalone.signed_note import LogCheckpoint, is_signed_by, read_checkpoint


class NoteFile(NamedTuple):
    """The checkpoints of one file in its order, and the file's path in messages.

    `stamps` is the number of time stamps, `last_commit` the id of the last commit of a git branch.
    """

    place: str
    checkpoints: list[LogCheckpoint]
    stamps: int = 0
    last_commit: str = ""

    def sizes(self) -> set[int]:
        """Return the sizes that the checkpoints state."""
        return {checkpoint.size for checkpoint in self.checkpoints}


def read_notes(place: str, lines: Iterable[bytes], faults: FaultList) -> NoteFile:
    """Return the checkpoints in the copy of an anchor; record a fault for any line that is wrong."""
    checkpoints, stamps, commit = [], 0, ""
    for number, line in enumerate(lines, 1):
        found = read_anchor_line(line, commit)
        commit, stamps = found.commit, stamps + found.is_stamp
        checkpoint = read_checkpoint(found.note) if found.note is not None else None
        if found.fault:
            faults.add(f"line {number}: {found.fault}", place)
        if checkpoint is None:
            faults.add(f"line {number} is not a checkpoint", place)
        else:
            checkpoints.append(checkpoint)
    return NoteFile(place, checkpoints, stamps, commit)


class CheckpointCheck:
    """Verifies notes by the keys and roots of a log that was read; each different note is verified once."""

    def __init__(self, faults: FaultList, declaration: LogDeclaration, log: EventLogReading) -> None:
        self._faults, self._declaration, self._log = faults, declaration, log
        self._verified: set[bytes] = set()
        self.signatures = 0

    def prove(self, notes: NoteFile) -> int:
        """Return the largest size that a note of the file proves; record a fault for each note that is wrong."""
        proven = 0
        for checkpoint in notes.checkpoints:
            fault = self._fault(checkpoint)
            if not fault:
                proven = max(proven, checkpoint.size)
                continue
            is_shorter = checkpoint.size > self._log.size
            self._faults.add(fault, notes.place, self._log.size if is_shorter else None)
        if not notes.checkpoints:
            self._faults.add("the file contains no checkpoint", notes.place)
        return proven

    def compare(self, stored: NoteFile, anchor: NoteFile) -> None:
        """Record a fault for each checkpoint that only one of the two has.

        The newest one of the registry may be missing from an anchor: a crash may have prevented its anchoring.
        """
        here, there = stored.sizes(), anchor.sizes()
        for size in sorted(there - here):
            self._faults.add(f"the checkpoint of size {size} of this anchor is not in the registry", anchor.place)
        for size in sorted(here - there - {max(here, default=0)}):
            if not anchor.stamps or size > max(there, default=0):  # a stamp covers the checkpoints before it
                self._faults.add(f"the anchor lacks the checkpoint of size {size} of the registry", anchor.place)

    def _fault(self, checkpoint: LogCheckpoint) -> str:
        identity = hashlib.sha256(repr(checkpoint).encode("utf-8", "surrogatepass")).digest()
        if identity in self._verified:
            return ""
        if checkpoint.origin != self._declaration.origin:
            return f"the checkpoint of size {checkpoint.size} belongs to another log"
        root = self._log.root_at(checkpoint.size)
        if not is_signed_by(checkpoint.note, self._declaration.key_at(checkpoint.size)):
            return f"the checkpoint of size {checkpoint.size} is not signed by the key of the log"
        self.signatures += 1
        if root is None:
            return f"the checkpoint proves {checkpoint.size} events, the journal has {self._log.size}: some are missing"
        if root != checkpoint.root:
            if checkpoint.size == self._log.size:
                self._log.check_last_seal()
            return f"the first {checkpoint.size} events are not those that the checkpoint of this size proves"
        self._verified.add(identity)
        return ""


def largest_size(files: Iterable[NoteFile]) -> int:
    """Return the largest size that a checkpoint of any file states; 0 without one."""
    return max((size for notes in files for size in notes.sizes()), default=0)


def all_sizes(files: Iterable[NoteFile]) -> Iterator[int]:
    """Yield the sizes that the checkpoints of the files state."""
    for notes in files:
        yield from notes.sizes()
