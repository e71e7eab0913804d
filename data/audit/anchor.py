"""Stores checkpoints outside the database, so that a rewritten or shortened log can be detected."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from data.audit.journal import append_lines, complete_lines, last_lines
from data.errors import AnchorError, JournalError, UnreachableAnchorError

Location = Literal["local", "off-host", "witnessed"]

RECOVER_ANCHOR = "run `modelward recover anchors --reason TEXT`, which keeps the damaged file"
EVERY_EVENTS = 100
EVERY = timedelta(minutes=5)


class AnchorSink(Protocol):
    """An append-only store of checkpoints outside the database, in the order in which they were appended."""

    @property
    def name(self) -> str:
        """The name of this sink in messages."""

    @property
    def location(self) -> Location:
        """Where the sink is: `local` (the database's host), `off-host` (another host) or `witnessed` (a third
        party)."""

    def append(self, note: str) -> None:
        """Store the note durably before returning. Raises `AnchorError` when the note could not be stored."""

    def notes(self) -> list[str]:
        """Return every stored note, oldest first. Raises `AnchorError` when the notes cannot be read."""

    def last(self) -> str | None:
        """Return the last stored note, or None when there is none.

        Raises `UnreachableAnchorError` when the sink cannot be reached, `AnchorError` when the note cannot be read.
        """


class FileAnchor:
    """An append-only file of notes, one JSON string a line, in a folder other than the database's."""

    def __init__(self, path: Path, location: Location = "local") -> None:
        self.path = path
        self.name = path.name
        self.location = location

    def append(self, note: str) -> None:
        """Write the note to disk before returning; an incomplete last line is removed first. Raises `AnchorError`."""
        try:
            append_lines(self.path, [note_line(note)])
        except JournalError as broken:
            raise AnchorError(f"the checkpoint was not anchored: {broken.what}", broken.remedy) from broken

    def notes(self) -> list[str]:
        """Return every complete note, oldest first; an empty list when the file does not exist. Raises
        `AnchorError`."""
        try:
            return [_note(self.path, line) for line in complete_lines(self.path)]
        except JournalError as broken:
            raise AnchorError(broken.what, broken.remedy) from broken

    def last(self) -> str | None:
        """Return the last complete note, or None when the file does not exist or is empty; only its end is read.

        Raises `UnreachableAnchorError` when the folder of the file does not exist, as when a drive is not mounted, and
        `AnchorError` when the line is not a note.
        """
        if not self.path.parent.is_dir():
            raise UnreachableAnchorError(f"the folder {self.path.parent} of an anchor does not exist")
        try:
            return next((_note(self.path, line) for line in last_lines(self.path, 1)), None)
        except JournalError as broken:
            raise AnchorError(broken.what, broken.remedy) from broken


def note_line(note: str) -> bytes:
    """Return the line of an anchor file for a note, without line break: the note as a JSON string."""
    return json.dumps(note, ensure_ascii=False).encode()


def confirmed_name(sink: AnchorSink) -> str:
    """Return the name under which the registry stores the last checkpoint that a sink confirmed."""
    return f"{sink.location}:{sink.name}"


def due(last_size: int, last_at: datetime, size: int, now: datetime, decision: bool) -> bool:
    """Return True if a log of `size` events, last anchored at size `last_size` and time `last_at`, needs a checkpoint
    now.

    After a decision a checkpoint is due at once, otherwise after 100 events or 5 minutes. Without new events none is
    due.
    """
    waited = size - last_size >= EVERY_EVENTS or now - last_at >= EVERY
    return size > last_size and (decision or waited)


def missing(sink: AnchorSink, notes: Iterable[str]) -> list[str]:
    """Return the notes, in order, that the sink lacks, as after a crash between commit and anchor. Raises
    `AnchorError`."""
    held = frozenset(sink.notes())
    return [note for note in notes if note not in held]


def _note(path: Path, line: bytes) -> str:
    try:
        note = json.loads(line)
    except ValueError as broken:
        raise AnchorError(f"{path} contains a line that is not a note: {broken}", RECOVER_ANCHOR) from broken
    if not isinstance(note, str):
        raise AnchorError(f"{path} contains a line that is not a note: {line[:60]!r}", RECOVER_ANCHOR)
    return note
