"""One proof file by itself: what a changed file is found to be, and which keys count."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.standalone.proof_verification import verify_consistency_proof, verify_event_proof
from tests.proofs import KEY, OTHER_KEY, SignedLog

LOG, FORGED = SignedLog.of(9), SignedLog.of(9, forged=2)
PROOF, CONSISTENCY = LOG.proof(5, 9), LOG.consistency(3, 9)


def written(folder: Path, text: str, name: str = "proof") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_genuine_proof_is_verified_by_the_key_that_was_given(tmp_path: Path) -> None:
    report = verify_event_proof(written(tmp_path, PROOF), [OTHER_KEY.vkey, KEY.vkey])
    assert (report.ok, report.faults, report.index, report.size) == (True, [], 5, 9)
    assert (report.keys, report.is_key_trusted, report.is_sealed) == ([KEY.vkey], True, True)
    assert report.event["type"] == "approval.decided"
    assert report.event["statement.decision"] == "approve"


def test_without_a_given_key_the_report_says_that_the_key_is_not_proved(tmp_path: Path) -> None:
    report = verify_event_proof(written(tmp_path, PROOF))
    assert (report.ok, report.is_key_trusted) == (True, False)
    assert any("whose key" in sentence for sentence in report.not_proved)


def test_an_unsealed_event_is_proved_by_the_checkpoint_alone(tmp_path: Path) -> None:
    report = verify_event_proof(written(tmp_path, LOG.proof(5, 9, seal=None)), [KEY.vkey])
    assert (report.ok, report.is_sealed) == (True, False)


FAULTS = {
    "another event": (LOG.proof(5, 9, body=LOG.bodies[4]), "is not event 5 of the 9 events"),
    "another number": (LOG.proof(5, 9, index=4), "is not event 4 of the 9 events"),
    "a path of another event": (LOG.proof(5, 9, path=[bytes(32)] * 4), "is not event 5"),
    "a checkpoint of another history": (LOG.proof(5, 9, note=FORGED.note(9)), "is not event 5"),
    "another key": (SignedLog(LOG.bodies, OTHER_KEY).proof(5, 9), "is not signed by the key that you gave"),
    "another key named in the file": (LOG.proof(5, 9, vkey=OTHER_KEY.vkey), "names another key"),
    "a seal of another event": (LOG.proof(5, 9, seal=bytes(64)), "the seal of the event is not a signature"),
    "no event": (LOG.proof(5, 9, extra=b"{}"), "contains no event of modelward"),
    "no proof": ("proof", "is not a proof of one event"),
}


@pytest.mark.parametrize("text, fault", FAULTS.values(), ids=FAULTS)
def test_a_false_proof_is_found(text: str, fault: str, tmp_path: Path) -> None:
    report = verify_event_proof(written(tmp_path, text), [KEY.vkey])
    assert not report.ok
    assert fault in report.faults[0].what
    assert report.proved == []


def test_a_tree_over_something_that_is_no_event_proves_no_event(tmp_path: Path) -> None:
    log = SignedLog([*LOG.bodies[:5], b'{"seq":5}', *LOG.bodies[6:]])
    assert "format version" in verify_event_proof(written(tmp_path, log.proof(5, 9)), [KEY.vkey]).faults[0].what
    moved = SignedLog([*LOG.bodies[:5], LOG.bodies[7], *LOG.bodies[6:]])
    report = verify_event_proof(written(tmp_path, moved.proof(5, 9), "moved"), [KEY.vkey])
    assert [fault.what for fault in report.faults] == [
        "the event has another number, or belongs to another log, than the proof says"
    ]


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    report = verify_event_proof(tmp_path / "nowhere")
    assert "cannot be verified" in report.faults[0].what


def test_a_log_that_was_only_continued_is_verified(tmp_path: Path) -> None:
    proof, old = written(tmp_path, CONSISTENCY), written(tmp_path, LOG.note(3), "old")
    assert verify_consistency_proof(proof, old, [KEY.vkey]).ok
    receipt = written(tmp_path, LOG.proof(1, 3), "receipt")
    report = verify_consistency_proof(proof, receipt, [KEY.vkey])
    assert (report.ok, report.old_size, report.size, report.index) == (True, 3, 9, None)


UNPROVED = {
    "another history before": (CONSISTENCY, FORGED.note(3), "does not begin with the 3 events"),
    "another history after": (FORGED.consistency(3, 9), LOG.note(3), "does not begin with the 3 events"),
    "an older checkpoint of another size": (CONSISTENCY, LOG.note(4), "about a checkpoint of 3 events"),
    "an older checkpoint of another key": (
        CONSISTENCY, SignedLog(LOG.bodies, OTHER_KEY).note(3), "the older checkpoint is not signed",
    ),
    "a newer checkpoint of another key": (
        SignedLog(LOG.bodies, OTHER_KEY).consistency(3, 9), LOG.note(3), "the newer checkpoint is not signed",
    ),
    "no older checkpoint": (CONSISTENCY, "text", "contains no checkpoint"),
    "no proof": (PROOF, LOG.note(3), "is not a proof of consistency"),
}  # fmt: skip


@pytest.mark.parametrize("text, old, fault", UNPROVED.values(), ids=UNPROVED)
def test_a_rewritten_log_is_not_proved(text: str, old: str, fault: str, tmp_path: Path) -> None:
    report = verify_consistency_proof(written(tmp_path, text), written(tmp_path, old, "old"), [KEY.vkey])
    assert not report.ok
    assert fault in report.faults[0].what
