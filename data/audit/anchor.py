"""Where checkpoints are kept outside the database: what makes a rewritten or shortened log visible."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from data.audit.journal import append_lines, complete_lines
from data.errors import AnchorError, JournalError

Location = Literal["local", "off-host", "witnessed"]

EVERY_EVENTS = 100
EVERY = timedelta(minutes=5)


class AnchorSink(Protocol):
    """A place outside the database that keeps every checkpoint it was given, in order."""

    @property
    def name(self) -> str:
        """What a message calls this sink."""

    @property
    def location(self) -> Location:
        """How far from the database it is: on the same host, on another, or with a witness."""

    def append(self, note: str) -> None:
        """Keep the note; it is durable when this returns. Raises `AnchorError` when it could not be kept."""

    def notes(self) -> list[str]:
        """Every note kept, oldest first. Raises `AnchorError` when they cannot be read."""


class FileAnchor:
    """An append-only file of notes, one JSON string a line, in a directory that is not the database's."""

    def __init__(self, path: Path, location: Location = "local") -> None:
        self.path = path
        self.name = path.name
        self.location = location

    def append(self, note: str) -> None:
        """Keep the note, on disk when this returns; an incomplete last line is cut first. Raises `AnchorError`."""
        line = json.dumps(note, ensure_ascii=False).encode()
        try:
            append_lines(self.path, [line])
        except JournalError as broken:
            raise AnchorError(f"the checkpoint was not anchored: {broken.what}", broken.remedy) from broken

    def notes(self) -> list[str]:
        """Every complete note, oldest first; none when the file does not exist. Raises `AnchorError`."""
        try:
            return [_note(self.path, line) for line in complete_lines(self.path)]
        except JournalError as broken:
            raise AnchorError(broken.what, broken.remedy) from broken


def due(last_size: int, last_at: datetime, size: int, now: datetime, decision: bool) -> bool:
    """Whether a log of `size` events, last anchored at `last_size` and `last_at`, needs a checkpoint now.

    A decision is anchored at once; the rest every 100 events or 5 minutes. Nothing new needs nothing.
    """
    waited = size - last_size >= EVERY_EVENTS or now - last_at >= EVERY
    return size > last_size and (decision or waited)


def missing(sink: AnchorSink, notes: Iterable[str]) -> list[str]:
    """The notes, in their order, that the sink does not hold yet: what a crash between commit and anchor left."""
    held = frozenset(sink.notes())
    return [note for note in notes if note not in held]


def _note(path: Path, line: bytes) -> str:
    try:
        note = json.loads(line)
    except ValueError as broken:
        raise AnchorError(f"{path} holds a line that is not a note: {broken}") from broken
    if not isinstance(note, str):
        raise AnchorError(f"{path} holds a line that is not a note: {line[:60]!r}")
    return note
