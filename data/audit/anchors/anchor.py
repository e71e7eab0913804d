"""The interface of anchors: stores of checkpoints outside the database, so that a rewritten or shortened log is found.

An anchor keeps what it was given, in order. What it confirmed once it must still have at the next write.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from data.audit.note import parse_checkpoint

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

    @property
    def file_name(self) -> str:
        """The name of a file for a copy of this sink."""

    def append(self, note: str) -> None:
        """Store the note durably before returning. Raises `AnchorError` when the note could not be stored."""

    def notes(self) -> list[str]:
        """Return every stored note, oldest first. Raises `AnchorError` when the notes cannot be read."""

    def last(self) -> str | None:
        """Return the last stored note, or None when there is none.

        Raises `UnreachableAnchorError` when the sink cannot be reached, `AnchorError` when the note cannot be read.
        """

    def lacking(self, notes: list[str]) -> list[str]:
        """Return those of the notes, which all follow the last stored one, that this sink has to store."""

    def frozen(self) -> AbstractContextManager[Callable[[Path], None]]:
        """Fix the present content, and yield a function that writes it to a new file, one line for each note.

        The lines are those of `docs/audit-format.md`, which the verifiers read. A sink without content writes no file.
        Raises `AnchorError`, also in the function.
        """

    def damage(self, notes: list[str], confirmed: int) -> bool:
        """Return True if the sink differs from these notes of the registry, and must be written again.

        A note of a size above `confirmed` may be missing, as after a crash. Raises `AnchorError`.
        """

    def rewrite(self, notes: list[str]) -> str:
        """Write the sink again with these notes. Return the name under which the former content is kept, empty if there
        was none. Raises `AnchorError`."""


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


def size_of(note: str | None) -> int:
    """Return the number of events that a note proves; 0 without a note. Raises `AuditError`."""
    return parse_checkpoint(note).size if note else 0


def is_prefix(held: list[str], notes: list[str], confirmed: int) -> bool:
    """Return True if a sink that holds `held` lost none of the notes: only notes above `confirmed` are missing."""
    return held == notes[: len(held)] and all(size_of(note) > confirmed for note in notes[len(held) :])
