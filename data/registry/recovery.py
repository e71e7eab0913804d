"""Repair the copies of the log outside the database, only when a person asks for it, with a reason and an event.

A copy is written again from the registry, after the registry itself passed verification. The damaged file is kept
beside the new one, because it may be evidence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from data.audit.anchors.anchor import AnchorSink, confirmed_name
from data.audit.anchors.line_file import LineFile
from data.audit.journal import complete_lines
from data.audit.note import parse_checkpoint
from data.audit.verifier.report import Report
from data.audit.verifier.verification import verify
from data.errors import AuditError, InputError
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog
from data.registry.commands.log import RecordRecovery
from data.registry.journal_repair import first_damaged, require_no_later_event, rewrite_journal
from data.registry.registry import Receipt, Registry
from data.registry.snapshot import copy_anchors


@dataclass(frozen=True)
class Recovery:
    """One repaired copy: its file or its name, the damaged file or git reference that was kept (None if there was
    none), and the event.

    Where several files of the journal were damaged, `kept` is the first; the others have the same ending.
    """

    file: Path | str
    kept: Path | str | None
    receipt: Receipt


def recover_journal(registry: Registry, reason: str, context: RunContext) -> Recovery:
    """Write the journal again from the registry, and record the recovery as an event.

    Raises InputError when the journal is whole, AuditError when the registry itself fails verification, JournalError
    when the journal has events that the registry lacks, and StoreLockedError.
    """
    path = registry.home.journal
    with registry.store.locked(exclusive=True), TemporaryDirectory(prefix="modelward-") as folder:
        present = [one for one in copy_anchors(registry, Path(folder)) if one[1].is_file()]
        _require_sound(verify(registry.home.database, None, present, None, deep=False))
    with registry.session(), registry.store.transaction() as connection:
        log = AuditLog(connection)
        size = log.head().size
        start = first_damaged(log, registry.journal, size)
        if start is None:
            raise InputError(f"the journal {path} contains all {size} events", "leave it as it is")
        require_no_later_event(registry.journal, size)
        kept = rewrite_journal(log, registry.journal, start, size)
    return _recorded(registry, path, kept, reason, context)


def recover_anchors(registry: Registry, reason: str, context: RunContext) -> list[Recovery]:
    """Write each damaged anchor again from the checkpoints of the registry, and record each recovery as an event.

    Raises InputError when every anchor is whole, AuditError when the registry fails verification against its journal,
    or when an anchor proves more events than the registry has, AnchorError when an anchor cannot be reached or written,
    and StoreLockedError.
    """
    with registry.store.locked(exclusive=True):
        _require_sound(verify(registry.home.database, registry.home.journal, [], None, deep=False))
    with registry.session(), registry.store.transaction() as connection:
        log = AuditLog(connection)
        notes, size = log.notes(), log.head().size
        confirmed = log.confirmed()
        for sink in registry.anchors:
            _require_not_ahead(sink, size)
        damaged = [sink for sink in registry.anchors if sink.damage(notes, confirmed.get(confirmed_name(sink), 0))]
        recovered = [(sink, sink.rewrite(notes)) for sink in damaged]
    if not recovered:
        raise InputError("every anchor contains the checkpoints of the registry", "leave them as they are")
    return [_recorded(registry, *_places(sink, kept), reason, context) for sink, kept in recovered]


def _places(sink: AnchorSink, kept: str) -> tuple[Path | str, Path | str | None]:
    if isinstance(sink, LineFile):
        return sink.path, sink.path.with_name(kept) if kept else None
    return sink.name, kept or None


def _recorded(
    registry: Registry, file: Path | str, kept: Path | str | None, reason: str, context: RunContext
) -> Recovery:
    names = [one.name if isinstance(one, Path) else one or "" for one in (file, kept)]
    command = RecordRecovery(file=names[0], kept=names[1], reason=reason)
    return Recovery(file, kept, registry.execute(command, context))


def _require_sound(report: Report) -> None:
    if not report.ok:
        first = report.findings[0]
        place = f"event {first.seq}" if first.seq is not None else first.table or "the registry"
        raise AuditError(
            f"the registry fails verification, so nothing can be recovered from it: {place}: {first.what}",
            "keep the files as they are; restore the registry from its backup",
        )


def _require_not_ahead(sink: AnchorSink, size: int) -> None:
    for note in _readable_notes(sink):
        try:
            proven = parse_checkpoint(note).size
        except AuditError:
            continue
        if proven > size:
            raise AuditError(
                f"the anchor {sink.name} proves {proven} events, the registry has {size}: it is an older copy",
                "move the registry aside and run `modelward audit rebuild` with the latest journal",
            )


def _readable_notes(sink: AnchorSink) -> list[str]:
    """Return every note that can be read, also beside lines that cannot."""
    if not isinstance(sink, LineFile):
        return sink.notes()
    found = []
    for line in complete_lines(sink.path):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        found.append(str(value.get("note") if isinstance(value, dict) else value))
    return found
