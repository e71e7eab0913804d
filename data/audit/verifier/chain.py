"""One event after the other: well-formed, equal to its copies, linked to the one before, never back in time."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from data.audit.verifier.canonical import Event
from data.audit.verifier.governance import Governance

COPIES = ("leaf", "id", "type", "subject", "actor", "recorded_at", "effective_at")
_FIELDS: dict[str, type] = {
    "actor": dict, "data": dict, "effective_at": str, "id": str, "log": str, "prev": str, "recorded_at": str,
    "refs": dict, "rows": list, "seq": int, "subject": str, "type": str, "v": int,
}  # fmt: skip
_RULES = {"rules": int}
_FORMATS: dict[int, dict[str, type]] = {1: _FIELDS, 2: dict(sorted((_FIELDS | _RULES).items()))}
"""The fields of each format version with their types. Format 2 names the number of the rules that judged the event."""
_NAMES = {version: tuple(fields) for version, fields in _FORMATS.items()}
_TYPES = {version: tuple(fields.values()) for version, fields in _FORMATS.items()}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Chain:
    """The link of the chain that the next event must take up, and the time it must not fall behind."""

    def __init__(self, governance: Governance) -> None:
        self._governance = governance
        self._recorded_at = ""
        self.leaf = "0" * 64
        """Hex leaf of the event before; empty where that one is missing."""

    def fault(self, row: tuple[Any, ...], event: Event, leaf: bytes) -> str:
        """What contradicts the well-formed event in this row `(seq, body, *COPIES)`; empty when nothing does."""
        return _differing_copies(row, event, leaf) or self._contradiction(row[0], event)

    def _contradiction(self, seq: int, event: Event) -> str:
        origin, recorded_at = self._governance.origin, event["recorded_at"]
        if event["seq"] != seq:
            return f"its body says that it is event {event['seq']}"
        if self.leaf and event["prev"] != self.leaf:
            return "its prev is not the leaf of the event before it"
        if origin and event["log"] != origin:
            return f"it belongs to the log {event['log']!r}, not to {origin!r}"
        if recorded_at < self._recorded_at:
            return f"it was recorded at {recorded_at}, the event before it at {self._recorded_at}"
        self._recorded_at = recorded_at
        if event["effective_at"] != recorded_at and not self._governance.is_replay:
            return "its effective_at is not its recorded_at, and the log is no replay"
        return ""


def misfit(event: Event | None) -> str:
    """What keeps a body from being an event of a known format version; empty when it is one."""
    if event is None:
        return "its body is not one canonical JSON object (RFC 8785)"
    version = event.get("v")
    if type(version) is not int or version not in _FORMATS:
        return f"its format version is {version!r}; this verifier knows format versions 1 and 2"
    if tuple(event) != _NAMES[version] or tuple(map(type, event.values())) != _TYPES[version]:
        return f"its body has not the fields of an event of format version {version}"
    if event.get("rules", 1) < 1:
        return f"it names the rules {event['rules']}; the first rules have the number 1"
    actor = event["actor"]
    if type(actor.get("id")) is not str or type(actor.get("auth")) is not str:
        return "its actor has no id and auth"
    if not _UUID7.fullmatch(event["id"]):
        return f"its id {event['id']!r} is not a UUID of version 7"
    recorded_at, effective_at = event["recorded_at"], event["effective_at"]
    if not (_is_time(recorded_at) and (effective_at == recorded_at or _is_time(effective_at))):
        return "its times are not RFC 3339 UTC with microseconds"
    return ""


def _differing_copies(row: tuple[Any, ...], event: Event, leaf: bytes) -> str:
    is_, of_time = row[2:], (event["recorded_at"], event["effective_at"])
    says = (leaf, event["id"], event["type"], event["subject"], event["actor"]["id"], *of_time)
    if is_ == says:
        return ""
    wrong = ", ".join(name for name, here, there in zip(COPIES, is_, says, strict=True) if here != there)
    return f"column {wrong} of audit_event does not say what the body says"


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
