"""Seal events: a signature by the log's key over the number and leaf of each event, made when the event is written.

A checkpoint proves all events before it. A seal proves a single event before the next checkpoint exists, so that a
forged event in the database is never copied into the journal and never signed. The seal is stored beside the body,
in the database and in the journal, because a signature cannot be part of what it signs.
"""

from __future__ import annotations

from data.audit.note import NoteSigner, VerificationKey

SEAL_BYTES = 64


def seal_message(origin: str, seq: int, leaf: bytes) -> bytes:
    """Return the bytes that a seal signs: the name of the log, the number of the event, and its leaf (32 bytes)."""
    return f"modelward event seal v1\n{origin}\n{seq}\n{leaf.hex()}\n".encode()


def seal(key: NoteSigner, origin: str, seq: int, leaf: bytes) -> bytes:
    """Return the seal of an event: an Ed25519 signature of 64 bytes."""
    return key.sign(seal_message(origin, seq, leaf))


def seal_holds(key: VerificationKey, origin: str, seq: int, leaf: bytes, sealed: bytes) -> bool:
    """Return True if `sealed` is the seal of the event by this key."""
    return len(sealed) == SEAL_BYTES and key.holds(seal_message(origin, seq, leaf), sealed)
