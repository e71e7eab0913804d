"""Attack: lines, notes and signatures changed at random, in the hope that the stand-alone verifier accepts one or
ends.

4,900 in `make test`, 49,000 in `make soak`; with FUZZ_ROUNDS=21 `make soak` changes a million.

Result: Refused: none is accepted, and none ends the verifier.
Caught in: `data/audit/standalone/`
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
import rfc8785

from data.audit.standalone.curve_signature import is_valid_signature
from data.audit.standalone.event_format import format_fault, read_line
from data.audit.standalone.json_spelling import read_object, spell
from data.audit.standalone.signed_note import is_signed_by, read_checkpoint, read_key
from tests.exports import SmallExports

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "1"))
MANY = 20_000 * ROUNDS
"""How many changed events, and how many changed checkpoints; of keys and signatures three twentieths of it each."""
COUNTS = [pytest.param(MANY // 10, id="a tenth"), pytest.param(MANY, id="all", marks=pytest.mark.long)]
BYTES = b'"\\{}[]:,0123456789.eE+-tfn \n\t\x00\x7f\xc3\xa9\xed\xa0\x80\xf0\x9f'


def changed(chosen: random.Random, content: bytes) -> bytes:
    """Return the content with some bytes replaced, removed, inserted or repeated; never the content itself."""
    while True:
        result = bytearray(content)
        for _ in range(chosen.choice((1, 1, 1, 2, 5))):
            start = chosen.randrange(len(result) + 1)
            end = min(len(result), start + chosen.choice((0, 1, 1, 2, 9)))
            filling = bytes(chosen.choices(BYTES, k=chosen.choice((0, 1, 1, 2)))) or bytes(result[start : start + 3])
            result[start:end] = filling
        if result != content:
            return bytes(result)


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")[:-1]


def number(token: str) -> int | float:
    """Read an integer as the writer would have it: beyond 2**53 as a real."""
    return int(token) if abs(int(token)) < 2**53 else float(token)


@pytest.mark.parametrize("count", COUNTS)
def test_a_changed_event_is_refused_or_is_another_event_in_canonical_form(
    small_exports: SmallExports, count: int
) -> None:
    chosen = random.Random(1)
    lines = [line for line in lines_of(small_exports.everything / "log/journal.jsonl") if len(line) < 3_000]
    for _ in range(count):
        line = read_line(changed(chosen, chosen.choice(lines)))
        event = read_object(line.body)
        assert format_fault(event) or event is not None
        if event is not None:
            assert spell(event).encode() == line.body == rfc8785.dumps(json.loads(line.body, parse_int=number))


@pytest.mark.parametrize("count", COUNTS)
def test_a_changed_checkpoint_is_never_signed(small_exports: SmallExports, count: int) -> None:
    chosen, vkey = random.Random(2), small_exports.key.vkey
    notes = [json.loads(line) for line in lines_of(small_exports.everything / "log/checkpoints.jsonl")]
    for _ in range(count):
        text = changed(chosen, chosen.choice(notes).encode()).decode("utf-8", "replace")
        checkpoint = read_checkpoint(text)
        assert checkpoint is None or not is_signed_by(checkpoint.note, vkey)


@pytest.mark.parametrize("count", COUNTS)
def test_a_changed_key_or_signature_is_never_valid(small_exports: SmallExports, count: int) -> None:
    chosen, vkey = random.Random(3), small_exports.key.vkey
    key, signature = read_key(vkey), small_exports.key.sign(b"message")
    assert key is not None
    for _ in range(count * 3 // 20):
        assert not is_valid_signature(key.public, changed(chosen, signature), b"message")
        assert not is_valid_signature(key.public, signature, changed(chosen, b"message"))
        assert read_key(changed(chosen, vkey.encode()).decode("utf-8", "replace")) is None
