"""Repair the copies of the log outside the database, only when a person asks for it, with a reason and an event.

A copy is written again from the registry, after the registry itself passed verification. The damaged file is kept
beside the new one, because it may be evidence.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.audit.anchor import AnchorSink, FileAnchor, confirmed_name, note_line
from data.audit.journal import JournalEntry, complete_lines
from data.audit.note import parse_checkpoint
from data.audit.verifier.report import Report
from data.audit.verifier.verification import verify
from data.errors import AuditError, InputError, JournalError
from data.files.durable_file import sync_folder
from data.files.file_access import PRIVATE_FILE, PRIVATE_FOLDER
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog
from data.registry.commands.log import RecordRecovery
from data.registry.registry import Receipt, Registry

_EVENTS_A_STEP = 1_000


@dataclass(frozen=True)
class Recovery:
    """One repaired copy: its file, the damaged file that was kept (None if there was none), and the event."""

    file: Path
    kept: Path | None
    receipt: Receipt


def recover_journal(registry: Registry, reason: str, context: RunContext) -> Recovery:
    """Write the journal again from the registry, and record the recovery as an event.

    Raises InputError when the journal is whole, AuditError when the registry itself fails verification, JournalError
    when the journal has events that the registry lacks, and StoreLockedError.
    """
    path = registry.home.journal
    with registry.store.locked(exclusive=True):
        present = [one for one in registry.anchor_files if one[1].is_file()]
        _require_sound(verify(registry.home.database, None, present, None, deep=False))
    with registry.session(), registry.store.transaction() as connection:
        log = AuditLog(connection)
        size = log.head().size
        if _is_whole(log, path, size):
            raise InputError(f"the journal {path} contains all {size} events", "leave it as it is")
        _require_no_later_event(path, size)
        steps = (log.entries(start, start + _EVENTS_A_STEP) for start in range(0, size, _EVENTS_A_STEP))
        kept = _replace(path, (entry.line() for step in steps for entry in step))
    return _recorded(registry, path, kept, reason, context)


def recover_anchors(registry: Registry, reason: str, context: RunContext) -> list[Recovery]:
    """Write each damaged anchor file again from the checkpoints of the registry, and record each recovery as an event.

    Raises InputError when every anchor is whole, AuditError when the registry fails verification against its journal,
    or when an anchor proves more events than the registry has, and StoreLockedError.
    """
    with registry.store.locked(exclusive=True):
        _require_sound(verify(registry.home.database, registry.home.journal, [], None, deep=False))
    with registry.session(), registry.store.transaction() as connection:
        log = AuditLog(connection)
        notes, size = list(log.notes()), log.head().size
        confirmed = log.confirmed()
        damaged = {
            one.path: _damage(one, notes, size, confirmed.get(confirmed_name(one), 0))
            for one in registry.anchors
            if isinstance(one, FileAnchor)
        }
        recovered = [(path, _replace(path, lines)) for path, lines in damaged.items() if lines]
    if not recovered:
        raise InputError("every anchor contains the checkpoints of the registry", "leave them as they are")
    return [_recorded(registry, file, kept, reason, context) for file, kept in recovered]


def _recorded(registry: Registry, file: Path, kept: Path | None, reason: str, context: RunContext) -> Recovery:
    command = RecordRecovery(file=file.name, kept=kept.name if kept else "", reason=reason)
    return Recovery(file, kept, registry.execute(command, context))


def _require_sound(report: Report) -> None:
    if not report.ok:
        first = report.findings[0]
        place = f"event {first.seq}" if first.seq is not None else first.table or "the registry"
        raise AuditError(
            f"the registry fails verification, so nothing can be recovered from it: {place}: {first.what}",
            "keep the files as they are; restore the registry from its backup",
        )


def _is_whole(log: AuditLog, path: Path, size: int) -> bool:
    """Return True if the journal has exactly the lines of the stored events."""
    lines = complete_lines(path)
    for start in range(0, size, _EVENTS_A_STEP):
        for entry in log.entries(start, start + _EVENTS_A_STEP):
            if next(lines, None) != entry.line():
                return False
    return next(lines, None) is None


def _require_no_later_event(path: Path, size: int) -> None:
    """Raise JournalError if a line of the journal is an event that the registry does not have."""
    for line in complete_lines(path):
        try:
            seq = json.loads(JournalEntry.read(line).body)["seq"]
        except (ValueError, KeyError, TypeError, JournalError):
            continue
        if isinstance(seq, int) and seq >= size:
            raise JournalError(
                f"the journal {path} contains event {seq}, the registry has only {size}: the registry lost events",
                "move the registry aside and run `modelward audit rebuild`",
            )


def _damage(sink: FileAnchor, notes: list[str], size: int, confirmed: int) -> list[bytes]:
    """Return the lines to write into an anchor; none if it has the notes of the registry.

    The latest note may be missing, as after a crash, unless the anchor confirmed it.
    """
    held = list(complete_lines(sink.path))
    lines = [note_line(note) for note in notes]
    _require_not_ahead(sink, held, size)
    may_lack_latest = bool(notes) and parse_checkpoint(notes[-1]).size > confirmed
    return [] if held == lines or (may_lack_latest and held == lines[:-1]) else lines


def _require_not_ahead(sink: AnchorSink, held: list[bytes], size: int) -> None:
    for line in held:
        try:
            proven = parse_checkpoint(str(json.loads(line))).size
        except (ValueError, AuditError):
            continue
        if proven > size:
            raise AuditError(
                f"the anchor {sink.name} proves {proven} events, the registry has {size}: it is an older copy",
                "move the registry aside and run `modelward audit rebuild` with the latest journal",
            )


def _replace(path: Path, lines: Iterable[bytes]) -> Path | None:
    """Write a file again and keep the former one beside it; return the kept file, None if there was none."""
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
