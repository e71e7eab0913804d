"""The seal of an event is valid for exactly one log, number, leaf and key."""

from __future__ import annotations

import pytest

from data.audit.keys import SigningKey
from data.audit.note import parse_vkey
from data.audit.seal import seal, seal_holds

KEY, OTHER = SigningKey("log.example", bytes(32)), SigningKey("log.example", bytes(31) + b"1")
LEAF = bytes(range(32))
SEALED = seal(KEY, "log.example", 7, LEAF)


def test_a_seal_holds_for_its_event() -> None:
    assert len(SEALED) == 64
    assert seal_holds(parse_vkey(KEY.vkey), "log.example", 7, LEAF, SEALED)


@pytest.mark.parametrize(
    ("key", "origin", "seq", "leaf", "sealed"),
    [
        (OTHER, "log.example", 7, LEAF, SEALED),
        (KEY, "log.other", 7, LEAF, SEALED),
        (KEY, "log.example", 8, LEAF, SEALED),
        (KEY, "log.example", 7, bytes(32), SEALED),
        (KEY, "log.example", 7, LEAF, SEALED[:-1]),
        (KEY, "log.example", 7, LEAF, SEALED + b"x"),
        (KEY, "log.example", 7, LEAF, bytes(64)),
        (KEY, "log.example", 7, LEAF, b""),
    ],
)
def test_a_seal_holds_for_no_other(key: SigningKey, origin: str, seq: int, leaf: bytes, sealed: bytes) -> None:
    assert not seal_holds(parse_vkey(key.vkey), origin, seq, leaf, sealed)
