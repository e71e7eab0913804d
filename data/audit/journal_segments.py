"""The files of a journal: closed segments, which never change again, and the open file to which events are appended.

A segment is closed by renaming the open file: `events.jsonl` becomes `events-<first>-<last>.jsonl`, with the numbers of
its first and last event in 12 digits. After any crash there are the files before the rename or those after it. A
journal of an earlier version is one open file; it becomes the first segment.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from data.errors import JournalError
from data.files.durable_file import sync_folder
from data.files.file_fault import described, remedy_for

SEGMENT_BYTES = 64 << 20
"""The size from which the open file is closed before the next event is appended."""
_NUMBERS = re.compile(r"-(\d{12})-(\d{12})", re.ASCII)


class Segment(NamedTuple):
    """A closed file of the journal with the numbers of its first and last event, as its name states them."""

    path: Path
    first: int
    last: int


def closed_segments(journal: Path) -> list[Segment]:
    """Return the closed segments of the journal whose open file is `journal`, by number.

    Raises `JournalError` when the folder cannot be read.
    """
    try:
        paths = list(journal.parent.iterdir()) if journal.parent.is_dir() else []
    except OSError as broken:
        raise JournalError(described(broken, journal.parent, "read"), remedy_for(broken, journal.parent)) from broken
    found = []
    for path in paths:
        if path.suffix == journal.suffix and path.stem.startswith(f"{journal.stem}-"):
            numbers = _NUMBERS.fullmatch(path.stem.removeprefix(journal.stem))
            if numbers:
                found.append(Segment(path, int(numbers[1]), int(numbers[2])))
    return sorted(found, key=lambda one: (one.first, one.last))


def order_fault(segments: list[Segment], first_of_open: int | None) -> str:
    """Return how the files do not follow each other from event 0 on, empty if they do.

    `first_of_open` is the number of the first event in the open file, None while it has no event.
    """
    expected = 0
    for segment in segments:
        if segment.first != expected or segment.last < segment.first:
            return f"{segment.path} begins with event {segment.first} instead of event {expected}"
        expected = segment.last + 1
    if first_of_open not in (None, expected):
        return f"its open file begins with event {first_of_open} instead of event {expected}"
    return ""


def close_segment(journal: Path, first: int, last: int) -> None:
    """Close the open file, which has the events `first` to `last`; the next append begins a new one.

    Raises `JournalError` when the file cannot be renamed, or a segment with this name exists.
    """
    target = journal.with_name(f"{journal.stem}-{first:012}-{last:012}{journal.suffix}")
    if target.exists():
        raise JournalError(f"{target} exists already, and the events {first} to {last} are in {journal} too")
    try:
        journal.rename(target)
        sync_folder(journal.parent)
    except OSError as broken:
        raise JournalError(described(broken, journal, "renamed"), remedy_for(broken, journal)) from broken
