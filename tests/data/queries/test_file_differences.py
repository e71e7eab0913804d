"""A finding of a verification about a stored file names the model and version that it belongs to."""

from __future__ import annotations

from data.audit.verifier.report import Discrepancy, Report
from data.queries.file_differences import stored_file_differences
from data.records.monitoring import REGISTRY

VERSION = "models/ops/delay/versions/2"


def test_only_findings_about_stored_files_are_differences() -> None:
    findings = [
        Discrepancy("its text is missing", 4, "section", f"{VERSION}/sections/purpose", "artifacts"),
        Discrepancy("the leaf is wrong", 5),
        Discrepancy("refers to sha256:00, but", 6, store="artifacts"),
        Discrepancy("its text is missing", 1, "standard", "standards/baseline/1", "artifacts"),
    ]
    found = stored_file_differences(Report(findings=findings))
    assert [(one.kind, one.model, one.version) for one in found] == [
        ("files", "models/ops/delay", VERSION),
        ("files", REGISTRY, None),
        ("files", REGISTRY, None),
    ]
