"""Proof files have the form of C2SP tlog-proof, and of the body of add-checkpoint of C2SP tlog-witness."""

from __future__ import annotations

import base64
import json

from data.audit.proof_file import consistency_file, event_extra, event_proof_file
from tests.proofs import SignedLog

NOTE = "log.example\n3\n" + "A" * 43 + "=\n\n— log.example AAAAAAA=\n"


def test_the_proof_of_an_event_has_the_lines_of_a_tlog_proof() -> None:
    text = event_proof_file(1, [bytes(32), b"\x01" * 32], NOTE, b"{}")
    assert text == (
        "c2sp.org/tlog-proof@v1\nextra e30=\nindex 1\n"
        f"{base64.b64encode(bytes(32)).decode()}\n{base64.b64encode(bytes([1] * 32)).decode()}\n\n{NOTE}"
    )


def test_the_proof_of_the_only_event_has_no_hashes() -> None:
    assert event_proof_file(0, [], NOTE, b"{}") == f"c2sp.org/tlog-proof@v1\nextra e30=\nindex 0\n\n{NOTE}"


def test_a_consistency_proof_has_the_lines_of_an_add_checkpoint_request() -> None:
    assert consistency_file(2, [bytes(32)], NOTE) == f"old 2\n{'A' * 43}=\n\n{NOTE}"


def test_the_extra_data_are_the_body_its_seal_and_the_keys() -> None:
    body = SignedLog.of(1).bodies[0]
    assert json.loads(event_extra(body, b"s" * 64, "a", "b")) == {
        "body": body.decode(), "format": "modelward event v1", "seal": base64.b64encode(b"s" * 64).decode(),
        "seal_vkey": "a", "vkey": "b",
    }  # fmt: skip
    unsealed = json.loads(event_extra(body, None, "a", "b"))
    assert (unsealed["seal"], unsealed["seal_vkey"]) == (None, None)
