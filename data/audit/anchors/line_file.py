"""The file of an anchor that keeps one note a line: how it is read, copied at one moment, and written again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from data.audit.anchors.anchor import Location
from data.audit.journal import complete_lines, last_lines
from data.errors import AnchorError, JournalError, UnreachableAnchorError
from data.files.durable_file import damaged_ending, replace_lines
from data.files.file_copy import beginning_of
from data.files.file_fault import described, remedy_for


class LineFile(ABC):
    """An append-only file of lines, each of which contains a note."""

    def __init__(self, path: Path, location: Location = "local") -> None:
        self.path = path
        self.name = self.file_name = path.name
        self.location = location

    @abstractmethod
    def note_of(self, line: bytes) -> str:
        """Return the note in a line. Raises `AnchorError` when the line contains none."""

    def notes(self) -> list[str]:
        """Return the note of every complete line, oldest first; an empty list when the file does not exist. Raises
        `AnchorError`."""
        try:
            return [self.note_of(line) for line in complete_lines(self.path)]
        except JournalError as broken:
            raise AnchorError(broken.what, broken.remedy) from broken

    def last(self) -> str | None:
        """Return the note of the last complete line, or None when there is none; only the end of the file is read.

        Raises `UnreachableAnchorError` when the folder of the file does not exist, as when a drive is not mounted, and
        `AnchorError` when the line contains no note.
        """
        if not self.path.parent.is_dir():
            raise UnreachableAnchorError(f"the folder {self.path.parent} of an anchor does not exist")
        try:
            return next((self.note_of(line) for line in last_lines(self.path, 1)), None)
        except JournalError as broken:
            raise AnchorError(broken.what, broken.remedy) from broken

    @contextmanager
    def frozen(self) -> Iterator[Callable[[Path], None]]:
        """Fix the present length of the file, and yield a function that copies this beginning to a new file."""
        with beginning_of(self.path) as write:
            yield write

    def _replace(self, lines: Iterable[bytes]) -> str:
        """Write the file again and keep the former one beside it; return its name, empty if there was none.

        Raises `AnchorError`.
        """
        try:
            kept = replace_lines(self.path, lines, damaged_ending())
        except OSError as broken:
            raise AnchorError(described(broken, self.path, "written"), remedy_for(broken, self.path)) from broken
        return kept.name if kept else ""
