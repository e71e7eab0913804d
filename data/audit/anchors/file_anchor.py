"""An anchor that is a file in any folder, one JSON string a line: on another disk, or on a mounted folder of a host."""

from __future__ import annotations

import json

from data.audit.anchors.anchor import RECOVER_ANCHOR, is_prefix
from data.audit.anchors.line_file import LineFile
from data.audit.journal import append_lines, complete_lines
from data.errors import AnchorError, JournalError


class FileAnchor(LineFile):
    """An append-only file of notes, one JSON string a line, in a folder other than the database's."""

    def append(self, note: str) -> None:
        """Write the note to disk before returning; an incomplete last line is removed first. Raises `AnchorError`."""
        try:
            append_lines(self.path, [note_line(note)])
        except JournalError as broken:
            raise AnchorError(f"the checkpoint was not anchored: {broken.what}", broken.remedy) from broken

    def lacking(self, notes: list[str]) -> list[str]:
        """Return all of the notes: the file keeps each one."""
        return notes

    def damage(self, notes: list[str], confirmed: int) -> bool:
        """Return True unless the file has exactly the lines of these notes, in the order of the notes."""
        held = list(complete_lines(self.path))
        lines = [note_line(note) for note in notes]
        return held != lines[: len(held)] or not is_prefix(notes[: len(held)], notes, confirmed)

    def rewrite(self, notes: list[str]) -> str:
        """Write the file again and keep the former one beside it; return its name. Raises `AnchorError`."""
        return self._replace(note_line(note) for note in notes)

    def note_of(self, line: bytes) -> str:
        """Return the note in a line. Raises `AnchorError` when the line is not a note."""
        try:
            note = json.loads(line)
        except ValueError as broken:
            raise AnchorError(f"{self.path} contains a line that is not a note: {broken}", RECOVER_ANCHOR) from broken
        if not isinstance(note, str):
            raise AnchorError(f"{self.path} contains a line that is not a note: {line[:60]!r}", RECOVER_ANCHOR)
        return note


def note_line(note: str) -> bytes:
    """Return the line of an anchor file for a note, without line break: the note as a JSON string."""
    return json.dumps(note, ensure_ascii=False).encode()
