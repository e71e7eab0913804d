"""The keys of the log, each with the size of the log from which it signs, as genesis and the rotations declare them."""

from __future__ import annotations

import json
from typing import NamedTuple

import duckdb

from data.errors import AuditError

_DECLARED = """
SELECT seq, body FROM audit_event WHERE type IN ('log.created', 'log.key_rotated') ORDER BY seq
"""


class DeclaredKey(NamedTuple):
    """A verification key, the smallest size of a checkpoint that it signs, and the time of the event that declares it.

    A rotation is event `size - 1`; the genesis key has size 1.
    """

    vkey: str
    size: int
    since: str


def log_keys(connection: duckdb.DuckDBPyConnection) -> list[DeclaredKey]:
    """Return every key of the log, the first one first. Raises AuditError when an event that declares one is
    damaged."""
    found = []
    for seq, body in connection.execute(_DECLARED).fetchall():
        try:
            event = json.loads(body)
            found.append(DeclaredKey(str(event["data"]["vkey"]), seq + 1, str(event["recorded_at"])))
        except (ValueError, KeyError, TypeError) as broken:
            remedy = "keep the files as they are and run `modelward audit verify --deep`"
            raise AuditError(f"event {seq} of the registry declares no readable key: {broken!r}", remedy) from broken
    return found


def key_at(keys: list[DeclaredKey], size: int) -> str:
    """Return the key in force at a size; empty for a log without events."""
    return next((key.vkey for key in reversed(keys) if size >= key.size), "")
