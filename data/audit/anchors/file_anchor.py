"""An anchor that is a file in any folder, one JSON string a line: on another disk, or on a mounted folder of a host."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from data.audit.anchors.anchor import RECOVER_ANCHOR, Location, is_prefix
from data.audit.journal import append_lines, complete_lines, last_lines
from data.errors import AnchorError, JournalError, UnreachableAnchorError
from data.files.durable_file import sync_folder
from data.files.file_access import PRIVATE_FILE, PRIVATE_FOLDER
from data.files.file_copy import copy_beginning
from data.files.file_fault import described, remedy_for


class FileAnchor:
    """An append-only file of notes, one JSON string a line, in a folder other than the database's."""

    def __init__(self, path: Path, location: Location = "local") -> None:
        self.path = path
        self.name = path.name
        self.file_name = path.name
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

    def lacking(self, notes: list[str]) -> list[str]:
        """Return all of the notes: the file keeps each one."""
        return notes

    @contextmanager
    def frozen(self) -> Iterator[Callable[[Path], None]]:
        """Fix the present length of the file, and yield a function that copies this beginning to a new file."""
        with beginning_of(self.path) as write:
            yield write

    def damage(self, notes: list[str], confirmed: int) -> bool:
        """Return True unless the file has exactly the lines of these notes, in the order of the notes."""
        held = list(complete_lines(self.path))
        lines = [note_line(note) for note in notes]
        return held != lines[: len(held)] or not is_prefix(notes[: len(held)], notes, confirmed)

    def rewrite(self, notes: list[str]) -> str:
        """Write the file again and keep the former one beside it; return its name. Raises `AnchorError`."""
        try:
            kept = replace_lines(self.path, (note_line(note) for note in notes))
        except OSError as broken:
            raise AnchorError(described(broken, self.path, "written"), remedy_for(broken, self.path)) from broken
        return kept.name if kept else ""


@contextmanager
def beginning_of(path: Path) -> Iterator[Callable[[Path], None]]:
    """Fix the present length of a file that only grows; yield a function that copies that beginning to a new file.

    Opened now, it is the same file even if it is replaced meanwhile. Without the file nothing is copied.
    """
    if not path.exists():
        yield lambda _: None
        return
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        yield lambda target: copy_beginning(file, size, target)


def replace_lines(path: Path, lines: Iterable[bytes]) -> Path | None:
    """Write a file of lines again and keep the former one beside it; return the kept file, None if there was none.

    Raises OSError.
    """
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.recovering")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as file:
        for line in lines:
            file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    kept = None
    if path.exists():
        kept = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z")
        os.link(path, kept)
    draft.replace(path)
    sync_folder(path.parent)
    return kept


def note_line(note: str) -> bytes:
    """Return the line of an anchor file for a note, without line break: the note as a JSON string."""
    return json.dumps(note, ensure_ascii=False).encode()


def _note(path: Path, line: bytes) -> str:
    try:
        note = json.loads(line)
    except ValueError as broken:
        raise AnchorError(f"{path} contains a line that is not a note: {broken}", RECOVER_ANCHOR) from broken
    if not isinstance(note, str):
        raise AnchorError(f"{path} contains a line that is not a note: {line[:60]!r}", RECOVER_ANCHOR)
    return note
