"""Prove that an event is in the signed log, and that one signed checkpoint continues another.

A proof is computed from the checkpoint before the event and the events after it, so that its cost does not depend on
the length of the log. Each proof is verified before it is returned.
"""

from __future__ import annotations

from typing import Any

import duckdb

from data.audit.body import leaf_hash
from data.audit.merkle import Frontier, PartialTree, verify_inclusion
from data.audit.note import verify_checkpoint
from data.audit.proof_file import event_extra, event_proof_file
from data.errors import AuditError, NotFoundError
from data.records.event_proof import EventProof
from data.registry.log_keys import key_at, log_keys
from data.registry.registry import Registry

VERIFY = "keep the files as they are and run `modelward audit verify --deep`"
_EVENT = "SELECT seq, body, leaf, seal, id, type, subject FROM audit_event WHERE "
_COVERING = "SELECT size, note FROM checkpoint WHERE size > ? ORDER BY size LIMIT 1"
_BEFORE = "SELECT frontier FROM checkpoint WHERE size <= ? AND frontier IS NOT NULL ORDER BY size DESC LIMIT 1"
_LEAVES = "SELECT leaf FROM audit_event WHERE seq >= ? AND seq < ? ORDER BY seq"


def prove_event(registry: Registry, event: str | int) -> EventProof:
    """Return the proof of an event, named by its number or its id, under the first checkpoint after it.

    If no checkpoint covers the event yet, one is signed. Raises NotFoundError without such an event, AuditError when
    the registry's event is not the one that the checkpoint states, and as `Registry.checkpoint` does.
    """
    with registry.store.reading() as connection:
        proof = _proof(connection, event)
    if proof is None:
        registry.checkpoint()
        with registry.store.reading() as connection:
            proof = _proof(connection, event)
    if proof is None:
        raise AuditError(f"no checkpoint of the registry covers event {event}", VERIFY)
    return proof


def partial_tree(connection: duckdb.DuckDBPyConnection, start: int, size: int) -> PartialTree:
    """Return the tree of the first `size` events, with all leaves from `start` on at least.

    The events before the last checkpoint of at most `start` events are known by its frontier only.
    """
    row = connection.execute(_BEFORE, [start]).fetchone()
    before = Frontier.from_hex(row[0]) if row else Frontier.empty()
    leaves = [leaf for (leaf,) in connection.execute(_LEAVES, [before.size, size]).fetchall()]
    return PartialTree(before, leaves)


def _proof(connection: duckdb.DuckDBPyConnection, event: str | int) -> EventProof | None:
    """Return the verified proof of an event; None if no checkpoint covers it yet. Raises as `prove_event` does."""
    seq, body, leaf, seal, name, kind, subject = _found(connection, str(event))
    covering = connection.execute(_COVERING, [seq]).fetchone()
    if covering is None:
        return None
    (size, note), keys = covering, log_keys(connection)
    checkpoint = verify_checkpoint(note, key_at(keys, size))
    tree = partial_tree(connection, seq, size)
    path = tree.inclusion_proof(seq) if tree.size == size == checkpoint.size else []
    if leaf != leaf_hash(body) or not verify_inclusion(leaf, seq, size, path, checkpoint.root):
        what = f"event {seq} of the registry is not the one that the signed checkpoint of {size} events states"
        raise AuditError(what, VERIFY)
    extra = event_extra(body, seal, key_at(keys, seq + 1), key_at(keys, size))
    return EventProof(seq, name, kind, subject, size, key_at(keys, size), event_proof_file(seq, path, note, extra))


def _found(connection: duckdb.DuckDBPyConnection, event: str) -> tuple[Any, ...]:
    by_number = event.isascii() and event.isdecimal() and len(event) < 19
    where, value = ("seq = ?", int(event)) if by_number else ("id = ?", event)
    row = connection.execute(_EVENT + where, [value]).fetchone()
    if row is None:
        what = f"the log has no event {event}" if by_number else f"the log has no event with the id {event!r}"
        raise NotFoundError(what, "run `modelward audit log` to list events with their numbers")
    return row
