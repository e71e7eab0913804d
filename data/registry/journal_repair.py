"""Write the damaged files of the journal again from the registry; the damaged ones are kept beside the new one.

Closed segments before the first damaged one stay as they are. A crash in between leaves a journal whose files do not
follow each other, or the damaged one: both are refused by every write until the repair is given again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from data.audit.journal import Journal, JournalEntry, complete_lines
from data.errors import JournalError
from data.files.durable_file import damaged_ending, replace_lines, sync_folder
from data.registry.audit_log import AuditLog

_EVENTS_A_STEP = 1_000


def first_damaged(log: AuditLog, journal: Journal, size: int) -> int | None:
    """Return the number of the event with which the first damaged file begins; None if the journal is whole.

    It is whole when its files follow each other and have exactly the lines of the `size` events of the log.
    """
    start = 0
    for segment in journal.segments():
        is_next = segment.first == start and start <= segment.last < size
        if not is_next or not _has_lines(log, segment.path, start, segment.last + 1):
            return start
        start = segment.last + 1
    return None if _has_lines(log, journal.path, start, size) else start


def require_no_later_event(journal: Journal, size: int) -> None:
    """Raise JournalError if a line of the journal is an event that the registry does not have."""
    for line in chain.from_iterable(map(complete_lines, journal.files())):
        try:
            seq = json.loads(JournalEntry.read(line).body)["seq"]
        except (ValueError, KeyError, TypeError, JournalError):
            continue
        if isinstance(seq, int) and seq >= size:
            raise JournalError(
                f"the journal {journal.path} contains event {seq}, the registry has only {size}: "
                "the registry lost events",
                "move the registry aside and run `modelward audit rebuild`",
            )


def rewrite_journal(log: AuditLog, journal: Journal, start: int, size: int) -> Path | None:
    """Write the events from number `start` to before `size` into a new open file, and set the damaged files aside.

    Return the first file that was set aside; None if there was none. Raises OSError.
    """
    ending = damaged_ending()
    damaged = _segments_from(journal, start)
    last = replace_lines(journal.path, (entry.line() for entry in _entries(log, start, size)), ending)
    kept = [path.rename(path.with_name(f"{path.name}.{ending}")) for path in damaged]
    sync_folder(journal.path.parent)
    return next(iter([*kept, *([last] if last else [])]), None)


def _segments_from(journal: Journal, start: int) -> list[Path]:
    """Return the closed segments that do not lead from event 0 to before event `start`, one after the other."""
    following = 0
    found = []
    for segment in journal.segments():
        if segment.first == following and following <= segment.last < start:
            following = segment.last + 1
        else:
            found.append(segment.path)
    return found


def _has_lines(log: AuditLog, path: Path, start: int, end: int) -> bool:
    """Return True if the complete lines of a file are exactly the events from number `start` to before `end`."""
    lines = complete_lines(path)
    return all(next(lines, None) == entry.line() for entry in _entries(log, start, end)) and next(lines, None) is None


def _entries(log: AuditLog, start: int, end: int) -> Iterator[JournalEntry]:
    for first in range(start, end, _EVENTS_A_STEP):
        yield from log.entries(first, min(first + _EVENTS_A_STEP, end))
