"""Checks each event: its format, its copies in columns, its link to the event before it, and that time never goes
back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from data.audit.verifier.canonical import ParsedEvent
from data.audit.verifier.governance import Governance

COPIES = ("leaf", "id", "type", "subject", "actor", "recorded_at", "effective_at")
_FIELDS: dict[str, type] = {
    "actor": dict, "data": dict, "effective_at": str, "id": str, "log": str, "prev": str, "recorded_at": str,
    "refs": dict, "rows": list, "seq": int, "subject": str, "type": str, "v": int,
}  # fmt: skip
_RULES = {"rules": int}
_FORMATS: dict[int, dict[str, type]] = {1: _FIELDS, 2: dict(sorted((_FIELDS | _RULES).items()))}
"""The fields of each format version with their types. Format 2 adds the number of the rules that judged the event."""
_NAMES = {version: tuple(fields) for version, fields in _FORMATS.items()}
_TYPES = {version: tuple(fields.values()) for version, fields in _FORMATS.items()}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Chain:
    """The state of the chain before the next event: the last leaf, and the time that `recorded_at` must not precede."""

    def __init__(self, governance: Governance) -> None:
        self._governance = governance
        self._recorded_at = ""
        self.leaf = "0" * 64
        """Hex leaf of the previous event; empty where that event is missing."""

    def resume(self, leaf: str, recorded_at: str) -> None:
        """Continue after an event with this leaf (hex) and time."""
        self.leaf, self._recorded_at = leaf, recorded_at

    def fault(self, row: tuple[Any, ...], event: ParsedEvent, leaf: bytes) -> str:
        """Return the first contradiction between the row `(seq, body, *COPIES)`, its event and the chain; empty if
        there is none."""
        return _differing_copies(row, event, leaf) or self._contradiction(row[0], event)

    def _contradiction(self, seq: int, event: ParsedEvent) -> str:
        origin, recorded_at = self._governance.origin, event["recorded_at"]
        if event["seq"] != seq:
            return f"the body has the sequence number {event['seq']}"
        if self.leaf and event["prev"] != self.leaf:
            return "prev is not the leaf of the previous event"
        if origin and event["log"] != origin:
            return f"the event belongs to the log {event['log']!r}, not to {origin!r}"
        if recorded_at < self._recorded_at:
            return f"recorded_at {recorded_at} is before {self._recorded_at}, the time of the previous event"
        self._recorded_at = recorded_at
        if event["effective_at"] != recorded_at and not self._governance.is_replay:
            return "effective_at differs from recorded_at, which only a replay log allows"
        return ""


def format_fault(event: ParsedEvent | None) -> str:
    """Return the reason why a body is not an event of a known format version; empty if it is one."""
    if event is None:
        return "the body is not one canonical JSON object (RFC 8785)"
    version = event.get("v")
    if type(version) is not int or version not in _FORMATS:
        return f"the format version is {version!r}; this verifier supports format versions 1 and 2"
    if tuple(event) != _NAMES[version] or tuple(map(type, event.values())) != _TYPES[version]:
        return f"the body does not have the fields and types of format version {version}"
    if event.get("rules", 1) < 1:
        return f"the rules number is {event['rules']}, but must be at least 1"
    actor = event["actor"]
    if type(actor.get("id")) is not str or type(actor.get("auth")) is not str:
        return "the actor has no id or no auth"
    if not _UUID7.fullmatch(event["id"]):
        return f"the id {event['id']!r} is not a UUID of version 7"
    recorded_at, effective_at = event["recorded_at"], event["effective_at"]
    if not (_is_time(recorded_at) and (effective_at == recorded_at or _is_time(effective_at))):
        return "recorded_at or effective_at is not RFC 3339 UTC with microseconds"
    return ""


def _differing_copies(row: tuple[Any, ...], event: ParsedEvent, leaf: bytes) -> str:
    stored, times = row[2:], (event["recorded_at"], event["effective_at"])
    expected = (leaf, event["id"], event["type"], event["subject"], event["actor"]["id"], *times)
    if stored == expected:
        return ""
    wrong = ", ".join(name for name, here, there in zip(COPIES, stored, expected, strict=True) if here != there)
    return f"audit_event differs from the event body in {wrong}"


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
