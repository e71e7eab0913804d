"""Statements about a log, true and false ones, that verifiers by others must accept and refuse.

The log has 21 events, so trees of every shape up to depth 5 occur; the proofs of a registry are added by the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.proofs import KEY, OTHER_KEY, SignedLog

SIZE = 21


@dataclass(frozen=True)
class ForeignCase:
    """One statement: its kind, the key, the file, the body of the event, the older checkpoint, and if it is true."""

    kind: str
    name: str
    key: str
    file: str
    is_true: bool
    record: bytes = b""
    old: str = ""


@cache
def cases() -> tuple[ForeignCase, ...]:
    """Return every checkpoint, inclusion and consistency of the log, and a false variant of each."""
    return tuple(_cases())


def _cases() -> Iterator[ForeignCase]:
    log, forged, key = SignedLog.of(SIZE), SignedLog.of(SIZE, forged=0), KEY.vkey
    for size in range(1, SIZE + 1):
        note = log.note(size)
        yield ForeignCase("checkpoint", f"checkpoint {size}", key, note, True)
        yield ForeignCase("checkpoint", f"changed {size}", key, note.replace(f"\n{size}\n", f"\n{size + 1}\n"), False)
        yield ForeignCase("checkpoint", f"other key {size}", OTHER_KEY.vkey, note, False)
        for seq in range(size):
            proof, body = log.proof(seq, size), log.bodies[seq]
            yield ForeignCase("inclusion", f"event {seq} of {size}", key, proof, True, body)
            yield ForeignCase("inclusion", f"other event {seq} of {size}", key, proof, False, body + b" ")
            if size > 1:
                moved = proof.replace(f"\nindex {seq}\n", f"\nindex {(seq + 1) % size}\n")
                yield ForeignCase("inclusion", f"moved event {seq} of {size}", key, moved, False, body)
        for old in range(1, size + 1):
            proof = log.consistency(old, size)
            yield ForeignCase("consistency", f"{old} to {size}", key, proof, True, old=log.note(old))
            yield ForeignCase("consistency", f"rewritten {old} to {size}", key, proof, False, old=forged.note(old))
