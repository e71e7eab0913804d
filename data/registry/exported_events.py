"""Writes the events of an export as journal lines, and finds the stored documents that they name.

In the export of one model, an event that concerns only another model is withheld: the line holds its leaf hash instead
of its body. Numbers, links, seals and the Merkle root can still be verified, and nobody can add or drop an event.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from data.audit.export_folder import HashedFile

_RANGE = 20_000
_SLICE = 500
_DIGEST = re.compile(rb"sha256:([0-9a-f]{64})")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass
class WrittenEvents:
    """Numbers of the events that were written and withheld, and the stored documents that the disclosed ones name."""

    events: int = 0
    withheld: int = 0
    documents: dict[str, Path] = field(default_factory=dict)


def write_events(
    file: HashedFile, connection: duckdb.DuckDBPyConnection, model: str, stored: dict[str, Path]
) -> WrittenEvents:
    """Write every event, or with a `model` (its key) withhold those that concern only other models.

    `stored` maps the hex digest of each stored document to its file. Raises OSError, duckdb.Error.
    """
    written = WrittenEvents()
    for body, leaf, seal in _rows(connection):
        withheld = bool(model) and _concerns_others_only(body, model)
        file.write(b"leaf " + leaf.hex().encode() if withheld else body)
        file.write(b"\n" if seal is None else b"\t" + base64.b64encode(seal) + b"\n")
        written.events += 1
        written.withheld += withheld
        for found in () if withheld else _DIGEST.finditer(body):
            digest = found[1].decode()
            if digest in stored:
                written.documents[digest] = stored[digest]
    return written


def stored_documents(*roots: Path) -> dict[str, Path]:
    """Return the file of each document in these stores by its hex digest; a missing store has none. Raises OSError."""
    files = [path for root in roots for path in sorted(root.glob("sha256/*/*"))]
    return {path.name: path for path in files if _HEX.fullmatch(path.name)}


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[bytes, bytes, bytes | None]]:
    """Yield body, leaf and seal by number. One sorted cursor over all events would need a gigabyte for a million."""
    sql = "SELECT body, leaf, seal FROM audit_event WHERE seq >= ? AND seq < ? ORDER BY seq"
    last = connection.execute("SELECT coalesce(max(seq), -1) FROM audit_event").fetchone()
    for start in range(0, int(last[0]) + 1 if last else 0, _RANGE):
        cursor = connection.execute(sql, [start, start + _RANGE])
        while rows := cursor.fetchmany(_SLICE):
            yield from rows


def _concerns_others_only(body: bytes, model: str) -> bool:
    """Return True for an event about another model that changes no row of this one; other events are disclosed.

    A body that is not an event any more is disclosed too: the verifier reports it.
    """
    try:
        event = json.loads(body)
        subject = event["subject"]
        keys = [subject, *(image["key"] for image in event["rows"])]
        is_own = any(key == model or key.startswith(f"{model}/") for key in keys)
        return subject.startswith("models/") and not is_own
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
