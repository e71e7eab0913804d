"""Only the exact form of a proof file is read; everything else is no proof."""

from __future__ import annotations

import base64

import pytest

from data.audit.standalone.proof_file import read_consistency, read_inclusion
from tests.proofs import SignedLog

LOG = SignedLog.of(9)
PROOF, CONSISTENCY = LOG.proof(5, 9), LOG.consistency(3, 9)
EXTRA = PROOF.split("\n")[1]


def test_a_proof_of_an_event_is_read() -> None:
    proof = read_inclusion(PROOF)
    assert proof is not None
    assert (proof.seq, proof.checkpoint.size, len(proof.path)) == (5, 9, 4)
    fields = proof.event_fields()
    assert fields is not None
    assert fields["body"].encode() == LOG.bodies[5]


def test_the_extra_line_may_be_missing() -> None:
    proof = read_inclusion(PROOF.replace(f"{EXTRA}\n", ""))
    assert proof is not None
    assert (proof.extra, proof.event_fields()) == (b"", None)


def test_an_unsealed_event_has_neither_seal_nor_its_key() -> None:
    proof = read_inclusion(LOG.proof(5, 9, seal=None))
    assert proof is not None
    assert (proof.event_fields() or {})["seal"] is None


BROKEN = {
    "empty": "",
    "another first line": PROOF.replace("@v1", "@v2"),
    "no index": PROOF.replace("index 5\n", ""),
    "an index with a zero before it": PROOF.replace("index 5", "index 05"),
    "a negative index": PROOF.replace("index 5", "index -5"),
    "an index in other digits": PROOF.replace("index 5", "index ٥"),
    "extra data that are no base64": PROOF.replace(EXTRA, "extra !"),
    "two extra lines": PROOF.replace(EXTRA, f"{EXTRA}\n{EXTRA}"),
    "a hash that is too short": PROOF.replace("index 5\n", "index 5\nAAAA\n"),
    "a hash in two spellings": PROOF.replace("index 5\n", f"index 5\n{'A' * 42}B=\n"),
    "more hashes than a tree can have": PROOF.replace("index 5\n", "index 5\n" + f"{'A' * 43}=\n" * 64),
    "no checkpoint": PROOF.partition("\n\n")[0] + "\n\n",
    "line breaks of Windows": PROOF.replace("\n", "\r\n"),
    "a consistency proof": CONSISTENCY,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_anything_else_is_no_proof_of_an_event(text: str) -> None:
    assert read_inclusion(text) is None


EXTRAS = {
    "no JSON": b"text",
    "another format": b'{"body":"","format":"other","seal":null,"seal_vkey":null,"vkey":""}',
    "a field too few": b'{"body":"","format":"modelward event v1","seal":null,"seal_vkey":null}',
    "a field too many": b'{"a":"","body":"","format":"modelward event v1","seal":null,"seal_vkey":null,"vkey":""}',
    "a body that is no text": b'{"body":1,"format":"modelward event v1","seal":null,"seal_vkey":null,"vkey":""}',
    "a seal without its key": b'{"body":"","format":"modelward event v1","seal":"AA==","seal_vkey":null,"vkey":""}',
}


@pytest.mark.parametrize("extra", EXTRAS.values(), ids=EXTRAS)
def test_other_extra_data_contain_no_event(extra: bytes) -> None:
    proof = read_inclusion(PROOF.replace(EXTRA, f"extra {base64.b64encode(extra).decode()}"))
    assert proof is not None
    assert proof.event_fields() is None


def test_a_consistency_proof_is_read() -> None:
    proof = read_consistency(CONSISTENCY)
    assert proof is not None
    assert (proof.size, proof.checkpoint.size) == (3, 9)
    assert read_consistency(PROOF) is None
    assert read_consistency(CONSISTENCY.replace("old 3", "old 03")) is None
