"""The format of one line of the journal, and of the event in it; versions 1 and 2 of the event format are known."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple

from data.audit.standalone.signed_note import decode_base64

_EVENT_FIELDS: dict[str, type] = {
    "actor": dict, "data": dict, "effective_at": str, "id": str, "log": str, "prev": str, "recorded_at": str,
    "refs": dict, "rows": list, "seq": int, "subject": str, "type": str, "v": int,
}  # fmt: skip
_FIELDS_BY_VERSION = {1: _EVENT_FIELDS, 2: {**_EVENT_FIELDS, "rules": int}}
_IMAGE_FIELDS: dict[str, type] = {"key": str, "rev": int, "table": str, "values": dict}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_UUID_7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_WITHHELD = re.compile(rb"leaf ([0-9a-f]{64})")


class JournalLine(NamedTuple):
    """One line: the body, or the leaf hash (32 bytes) of a body that is withheld, and the seal where there is one."""

    body: bytes
    withheld_leaf: bytes | None
    seal: bytes | None
    fault: str


def read_line(line: bytes) -> JournalLine:
    """Return the parts of a line, which is `<body>` or `leaf <hex>`, perhaps with a tab and the base64 of a seal."""
    body, tab, encoded = line.partition(b"\t")
    withheld = _WITHHELD.fullmatch(body)
    seal = decode_base64(encoded.decode("latin-1")) if tab else None
    fault = "the seal is not 64 bytes in canonical base64" if tab and (seal is None or len(seal) != 64) else ""
    return JournalLine(body, bytes.fromhex(withheld[1].decode("ascii")) if withheld else None, seal, fault)


def format_fault(event: dict[str, Any] | None) -> str:
    """Return why this is not an event of a known format version; empty if it is one."""
    if event is None:
        return "the body is not one canonical JSON object (RFC 8785)"
    version = event.get("v")
    if type(version) is not int or version not in _FIELDS_BY_VERSION:
        return "the event has a format version other than 1 and 2, which this verifier reads"
    if {name: type(value) for name, value in event.items()} != _FIELDS_BY_VERSION[version]:
        return f"the body does not have the fields and types of format version {version}"
    if event.get("rules", 1) < 1:
        return "the rules number is less than 1"
    if type(event["actor"].get("id")) is not str or type(event["actor"].get("auth")) is not str:
        return "the actor has no id or no auth"
    if not _UUID_7.fullmatch(event["id"]):
        return "the id is not a UUID of version 7"
    if not (_is_instant(event["recorded_at"]) and _is_instant(event["effective_at"])):
        return "recorded_at or effective_at is not RFC 3339 UTC with microseconds"
    return "" if all(is_image(image) for image in event["rows"]) else "a row image has not table, key, rev and values"


def is_image(image: object) -> bool:
    """Return True if a value consists of table, key, revision and values, as a row image does."""
    return isinstance(image, dict) and {name: type(value) for name, value in image.items()} == _IMAGE_FIELDS


def _is_instant(text: str) -> bool:
    if not _INSTANT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text[:-1])  # the Z is accepted from Python 3.11 on only
    except ValueError:
        return False
    return True
