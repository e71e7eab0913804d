"""One byte of a proof or receipt changed anywhere: never accepted, and never an error of the verifier."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from data.audit.standalone.proof_verification import verify_consistency_proof, verify_event_proof
from tests.proofs import KEY, SignedLog

pytestmark = pytest.mark.soak
LOG = SignedLog.of(21)
SEEDS = 20_000


def changed(content: bytes, chance: random.Random) -> bytes:
    """Return the content with one byte changed, removed or added."""
    place = chance.randrange(len(content))
    new = bytes([chance.choice([content[place] ^ 1 << chance.randrange(8), chance.randrange(256)])])
    variants = [content[:place] + new + content[place + 1 :], content[:place] + content[place + 1 :]]
    return chance.choice([*variants, content[:place] + new + content[place:]])


@pytest.mark.parametrize("kind", ["event", "consistency"])
def test_no_changed_proof_is_accepted(kind: str, tmp_path: Path) -> None:
    genuine = (LOG.proof(7, 21) if kind == "event" else LOG.consistency(7, 21)).encode()
    path, old = tmp_path / "proof", tmp_path / "old"
    old.write_text(LOG.note(7), "utf-8")
    accepted = []
    for seed in range(SEEDS):
        content = changed(genuine, random.Random(seed))
        path.write_bytes(content)
        keys = [KEY.vkey]
        report = verify_event_proof(path, keys) if kind == "event" else verify_consistency_proof(path, old, keys)
        if report.ok and content != genuine:
            accepted.append(seed)
    assert accepted == []
