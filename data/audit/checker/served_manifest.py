"""Verifies the manifest of a slot: its signature by the log's key, the slot that it is about, and its age.

Beside a manifest is a signed note, which is named by the SHA-256 of the manifest. It states the model, environment and
slot, what serves there, the digests of artifact and manifest, the event of the record, and when it was signed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from data.audit.standalone.signed_note import is_signed_by, read_key, read_note

CONTEXT = "modelward serving v1"
NOTHING = "none"
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the clock of the signing host may be ahead of this one."""
_LARGEST = 1 << 16
_LINES = 11
_EVENT = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)


class ServedSlotName(NamedTuple):
    """The slot that a server loads from; `model` is `team/name`."""

    model: str
    environment: str
    slot: str


class ServedStatement(NamedTuple):
    """What the log's key signed about a manifest; `version` and `artifact` are `none` where nothing serves."""

    origin: str
    place: ServedSlotName
    state: str
    version: str
    artifact: str
    manifest: str
    event: int
    signed_at: datetime


class ManifestCheck(NamedTuple):
    """The outcome: `fault` says why nothing may be loaded, empty if the manifest is genuine; `fields` are its
    values."""

    fault: str
    statement: ServedStatement | None = None
    fields: Mapping[str, Any] = {}


def check_manifest(
    path: Path, place: ServedSlotName, keys: Sequence[str], now: datetime, longest_age: timedelta | None
) -> ManifestCheck:
    """Verify the manifest at `path` for one slot; `keys` are the verification keys of the log that the server trusts.

    The note must be at most `longest_age` old; None accepts every age.
    """
    content = _read(path)
    if content is None:
        return ManifestCheck(f"the manifest {path} cannot be read, or is larger than {_LARGEST >> 10} KiB")
    digest = hashlib.sha256(content).hexdigest()
    note = _read(path.with_name(f"{digest}.note"))
    if note is None:
        return ManifestCheck(f"the manifest is not signed: there is no {digest}.note beside it")
    statement = read_statement(note, keys)
    if statement is None:
        return ManifestCheck("the note beside the manifest is not a statement signed by a trusted key")
    fields = _fields(content)
    fault = _fault(statement, fields, f"sha256:{digest}", place) or _age_fault(statement, now, longest_age)
    return ManifestCheck(fault, statement, fields or {})


def read_statement(content: bytes, keys: Sequence[str]) -> ServedStatement | None:
    """Return the statement of a note; None unless one of the keys signed it and it is about that key's log."""
    note = read_note(content.decode("utf-8", "replace"))
    lines = note.text.split("\n")[:-1] if note else []
    if note is None or len(lines) != _LINES or lines[0] != CONTEXT:
        return None
    if not _EVENT.match(lines[9]) or not _INSTANT.match(lines[10]) or not lines[2].startswith("models/"):
        return None
    own = [text for text in keys if (key := read_key(text)) is not None and key.name == lines[1]]
    if not any(is_signed_by(note, text) for text in own):
        return None
    place = ServedSlotName(lines[2][len("models/") :], lines[3], lines[4])
    signed_at = _instant(lines[10])
    if signed_at is None:
        return None
    return ServedStatement(lines[1], place, lines[5], lines[6], lines[7], lines[8], int(lines[9]), signed_at)


def _fault(statement: ServedStatement, fields: dict[str, Any] | None, digest: str, place: ServedSlotName) -> str:
    if statement.manifest != digest:
        return "the note is about another manifest"
    if statement.place != place:
        return f"the manifest is that of {' '.join(statement.place)}, not of {' '.join(place)}"
    if fields is None:
        return "the manifest is not a JSON object"
    stated = {
        "model": f"models/{place.model}",
        "environment": place.environment,
        "slot": place.slot,
        "state": statement.state,
        "version": None if statement.version == NOTHING else statement.version,
        "digest": None if statement.artifact == NOTHING else statement.artifact,
    }
    differing = sorted(name for name, value in stated.items() if fields.get(name) != value)
    return f"manifest and note differ in {', '.join(differing)}" if differing else ""


def _age_fault(statement: ServedStatement, now: datetime, longest: timedelta | None) -> str:
    age = now - statement.signed_at
    if age < -CLOCK_TOLERANCE:
        return f"the manifest was signed in the future, at {statement.signed_at}: compare the clocks of both hosts"
    if longest is not None and age > longest:
        hours = int(age.total_seconds() // 3600)
        return f"the manifest was signed {hours} hours ago: it was replaced by an old one, or it is not signed nightly"
    return ""


def _fields(content: bytes) -> dict[str, Any] | None:
    try:
        fields = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _instant(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def _read(path: Path) -> bytes | None:
    """Return the content of a small regular file; None if it cannot be read or is larger."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError:
        return None
    return content if len(content) <= _LARGEST else None
