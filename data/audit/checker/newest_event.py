"""Keeps the newest event that a server saw for each slot, so that an earlier manifest is refused later."""

from __future__ import annotations

import json
import os
from pathlib import Path

from data.audit.checker.served_manifest import ServedStatement


def order_fault(memory: Path, statement: ServedStatement) -> str:
    """Return why a manifest is refused by what `memory` keeps; empty if it is as new as the newest one or newer."""
    newest = _read_memory(memory)
    if newest is None:
        return f"{memory} cannot be read: restore it, or remove it to accept any event once"
    known = newest.get(_slot_of(statement), 0)
    if statement.event < known:
        return f"the manifest is that of event {statement.event}, and this server has seen event {known}"
    return ""


def keep_newest(memory: Path, statement: ServedStatement) -> str:
    """Store the event of an accepted manifest; return why it cannot be stored, empty if it is."""
    newest = _read_memory(memory) or {}
    newest[_slot_of(statement)] = statement.event
    draft = memory.with_name(f".{memory.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(newest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(draft, memory)  # noqa: PTH105 - the same call on every Python
    except OSError as error:
        return f"{memory} cannot be written: {error}"
    return ""


def _slot_of(statement: ServedStatement) -> str:
    return " ".join((statement.origin, *statement.place))


def _read_memory(memory: Path) -> dict[str, int] | None:
    try:
        newest = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    except (OSError, ValueError, RecursionError):
        return None
    return newest if isinstance(newest, dict) and all(type(one) is int for one in newest.values()) else None
