"""What is said about stamps that cannot be checked; `tests/attacks/test_forged_stamps.py` checks real ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from data.audit.verifier.anchor_lines import Stamp
from data.audit.verifier.report import Findings
from data.audit.verifier.time_stamps import check_stamps

STAMPS = [Stamp("note", b"reply")]


def test_without_a_root_certificate_the_stamps_stay_unchecked() -> None:
    findings = Findings()
    assert check_stamps("the anchor a", STAMPS, None, findings, {}) == (0, None)
    assert findings.remarks == ["the signatures of the 1 stamps in the anchor a: no root certificate is given"]
    assert findings.all() == []


def test_without_the_package_the_stamps_stay_unchecked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    findings = Findings()
    assert check_stamps("the anchor a", STAMPS, tmp_path, findings, {}) == (0, None)
    assert "rfc3161-client is not installed" in findings.remarks[0]


def test_certificates_that_cannot_be_read_are_a_finding(tmp_path: Path) -> None:
    findings = Findings()
    assert check_stamps("the anchor a", STAMPS, tmp_path / "none.pem", findings, {}) == (0, None)
    assert "none.pem cannot be read" in findings.all()[0].what


def test_without_stamps_nothing_is_said() -> None:
    findings = Findings()
    assert check_stamps("the anchor a", [], None, findings, {}) == (0, None)
    assert findings.remarks == []
