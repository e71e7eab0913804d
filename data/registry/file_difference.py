"""A file that differs from the record: what serves, or a stored file that a verification hashed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data.audit.verifier.report import Discrepancy, Report
from data.records.monitoring import REGISTRY
from data.records.names import model_of

VERIFY_DEEP = "run `modelward audit verify --deep`, find out who changed it, and restore it from a copy"


@dataclass(frozen=True)
class FileDifference:
    """A file that differs from the record. `model` is a key, or `registry` for a file of no single model.

    `unsigned` is True for a manifest that is the recorded one and only lacks its signature.
    """

    kind: Literal["serving", "files"]
    model: str
    version: str | None
    what: str
    remedy: str
    unsigned: bool = False


def stored_file_differences(report: Report) -> list[FileDifference]:
    """Return the findings of a verification that are about stored files: artifacts, submissions and backups."""
    return [_stored_file(finding) for finding in report.findings if finding.store is not None]


def _stored_file(finding: Discrepancy) -> FileDifference:
    key = finding.key or ""
    if finding.table not in ("version", "dataset", "section") or not key.startswith("models/"):
        return FileDifference("files", REGISTRY, None, finding.what, VERIFY_DEEP)
    return FileDifference("files", model_of(key), "/".join(key.split("/")[:5]), finding.what, VERIFY_DEEP)
