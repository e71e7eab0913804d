"""The report claims nothing when there is a fault, and always says what it cannot prove."""

from __future__ import annotations

from data.audit.standalone.export_report import ExportReport, report_text
from data.audit.standalone.fault_list import Fault


def test_a_report_without_a_fault_says_what_was_proved_and_what_was_not() -> None:
    report = ExportReport(
        ok=True, origin="o", scope="all", events=9, signed=7, anchored=7, sealed=2, own_anchors=1, keys=["k1", "k2"]
    )
    text = report_text(report)
    assert text.startswith("THE EXPORT IS VERIFIED\n")
    assert "k2" in text
    assert "The seals of 2 events" in text
    assert "up to event 6" in text
    assert "The checkpoints that you gave" in text
    assert "whose key" in text
    assert "withheld; only their hashes" not in text


def test_a_report_with_a_fault_claims_nothing() -> None:
    report = ExportReport(
        events=9, withheld=2, unsigned=1, scope="models/a/b", is_key_trusted=True, first_bad_seq=3, fault_count=1,
        faults=[Fault("wrong", "log/journal.jsonl", 3), Fault("missing", "README.md")],
    )  # fmt: skip
    text = report_text(report)
    assert text.startswith("THE EXPORT FAILS VERIFICATION, faults: 1\n")
    assert "log/journal.jsonl, event 3: wrong" in text
    assert "README.md: missing" in text
    assert "the first bad event is event 3" in text
    assert "Proved" not in text
    assert "2 events are withheld" in text
    assert "1 events after the last checkpoint have no seal" in text
    assert "whose key" not in text
