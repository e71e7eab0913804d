"""The report on a proof says what it proves and what not, and prints nothing that a terminal would obey."""

from __future__ import annotations

from pathlib import Path

from data.audit.standalone.fault_list import Fault
from data.audit.standalone.proof_report import ProofReport, proof_text
from data.audit.standalone.proof_verification import verify_event_proof
from tests.proofs import KEY, SignedLog


def test_a_verified_proof_shows_the_event_and_the_key(tmp_path: Path) -> None:
    path = tmp_path / "proof"
    path.write_text(SignedLog.of(3).proof(1, 3), "utf-8")
    text = proof_text(verify_event_proof(path, [KEY.vkey]))
    assert text.startswith("THE PROOF OF EVENT 1 IS VERIFIED\n")
    for part in ("approval.decided", "statement.decision", KEY.vkey, "sealed by the key", "audit verify --since"):
        assert part in text


def test_a_failed_proof_states_its_faults_and_proves_nothing() -> None:
    text = proof_text(ProofReport(file="x", index=1, faults=[Fault("it is false", "x")]))
    assert "FAILS VERIFICATION" in text
    assert "x: it is false" in text
    assert "Proved" not in text.replace("Not proved", "")


def test_a_consistency_proof_names_both_sizes() -> None:
    report = ProofReport(ok=True, old_size=3, size=9)
    assert report.proved == ["The log of 9 events begins with the 3 events of the older checkpoint."]
    assert "A CONSISTENCY PROOF IS VERIFIED" in proof_text(report)
