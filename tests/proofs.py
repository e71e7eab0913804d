"""Proofs of a small signed log, without a registry: events, checkpoints at chosen sizes, and the files about them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from data.audit.body import canonical, leaf_hash
from data.audit.keys import SigningKey
from data.audit.merkle import consistency_proof, inclusion_proof, root
from data.audit.note import sign_checkpoint
from data.audit.proof_file import consistency_file, event_extra, event_proof_file
from data.audit.seal import seal

ORIGIN = "proofs.example"
KEY = SigningKey(ORIGIN, bytes(range(32)))
OTHER_KEY = SigningKey(ORIGIN, bytes(32))


@dataclass(frozen=True)
class SignedLog:
    """A log of events that are well-formed each by itself, signed by one key."""

    bodies: list[bytes]
    key: SigningKey = KEY

    @classmethod
    def of(cls, count: int, forged: int | None = None) -> SignedLog:
        """Return a log of `count` events; `forged` is the number of an event with another content."""
        return cls([_body(seq, "forged" if seq == forged else "genuine") for seq in range(count)])

    @cached_property
    def _notes(self) -> dict[int, str]:
        return {}

    @cached_property
    def leaves(self) -> list[bytes]:
        """The leaf hash of each event."""
        return [leaf_hash(body) for body in self.bodies]

    def note(self, size: int) -> str:
        """Return the signed checkpoint of this size."""
        if size not in self._notes:
            self._notes[size] = sign_checkpoint(ORIGIN, size, root(self.leaves[:size]), self.key)
        return self._notes[size]

    def proof(self, seq: int, size: int, **changes: Any) -> str:
        """Return the proof file of an event; `changes` replace an argument of `event_proof_file` or `event_extra`."""
        sealed = changes.pop("seal", seal(self.key, ORIGIN, seq, self.leaves[seq]))
        keys = {"seal_vkey": self.key.vkey, "vkey": self.key.vkey} | {
            name: changes.pop(name) for name in ("seal_vkey", "vkey") if name in changes
        }
        extra = event_extra(changes.pop("body", self.bodies[seq]), sealed, **keys)
        path = inclusion_proof(self.leaves[:size], seq)
        return event_proof_file(**({"index": seq, "path": path, "note": self.note(size), "extra": extra} | changes))

    def consistency(self, old: int, new: int) -> str:
        """Return the proof file that the checkpoint of size `new` continues that of size `old`."""
        return consistency_file(old, consistency_proof(self.leaves[:new], old), self.note(new))


def _body(seq: int, text: str) -> bytes:
    time = f"2026-01-05T08:00:{seq:02}.000000Z"
    return canonical({
        "v": 2, "rules": 1, "log": ORIGIN, "seq": seq, "prev": "0" * 64, "recorded_at": time, "effective_at": time,
        "id": f"019b8d00-0000-7000-8000-{seq:012x}", "type": "approval.decided", "subject": "models/a/b",
        "actor": {"id": "ada", "auth": "totp"}, "data": {"text": text, "statement": {"decision": "approve"}},
        "refs": {}, "rows": [],
    })  # fmt: skip
