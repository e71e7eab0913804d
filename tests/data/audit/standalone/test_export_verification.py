"""One verification from beginning to end; tests/attacks/test_export_*.py change every part of an export."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.standalone import export_verification
from data.audit.standalone.export_verification import verify_export
from tests.exports import Exports


def test_a_genuine_export_is_verified(exports: Exports) -> None:
    report = verify_export(exports.everything, deep=True)
    assert (report.ok, report.faults) == (True, [])
    assert report.events == len(exports.world.events())
    assert 0 < report.anchored == report.signed <= report.events
    assert report.checkpoints > 10
    assert report.rows > 50
    assert len(report.proved) >= 5


def test_a_folder_without_an_export_is_a_fault(tmp_path: Path) -> None:
    report = verify_export(tmp_path)
    assert (report.ok, [one.place for one in report.faults]) == (False, ["manifest.json"])


def test_an_error_in_a_step_is_a_fault_and_the_next_step_follows(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("too\nlarge")

    monkeypatch.setattr(export_verification, "check_files", fail)
    report = verify_export(exports.everything)
    assert [(one.place, one.what) for one in report.faults] == [
        ("the folder", "this part cannot be verified: MemoryError: too\\nlarge")
    ]
    assert report.events == len(exports.world.events())
