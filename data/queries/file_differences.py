"""The stored files that differ from the record, and whether the difference that opened an incident is still there."""

from __future__ import annotations

from data.audit.verifier.report import Discrepancy, Report
from data.errors import IllegalMoveError
from data.queries.serving_comparison import compare_serving
from data.queries.verification import verify_registry
from data.records.file_difference import FileDifference
from data.records.monitoring import REGISTRY, Incident
from data.records.names import model_of
from data.registry.difference_incidents import further_differences, title_of
from data.registry.redaction import redacted
from data.registry.registry import Registry

VERIFY_DEEP = "run `modelward audit verify --deep`, find out who changed it, and restore it from a copy"


def require_gone(registry: Registry, incident: Incident) -> None:
    """Compare again, and raise IllegalMoveError if the difference that opened an incident is still there.

    Raises StoreError, MissingRegistryError.
    """
    there = [one for one in _present(registry, incident.kind) if redacted(title_of(one)) == incident.title]
    if there:
        raise IllegalMoveError(f"the difference is still there: {incident.title}", there[0].remedy)


def _present(registry: Registry, kind: str) -> list[FileDifference]:
    if kind == "serving":
        found = list(compare_serving(registry).differences)
    else:
        found = stored_file_differences(verify_registry(registry, deep=True))
    return [*found, *further_differences(found)]


def stored_file_differences(report: Report) -> list[FileDifference]:
    """Return the findings of a verification that are about stored files: artifacts, submissions and backups."""
    return [_stored_file(finding) for finding in report.findings if finding.store is not None]


def _stored_file(finding: Discrepancy) -> FileDifference:
    key = finding.key or ""
    if finding.table not in ("version", "dataset", "section") or not key.startswith("models/"):
        return FileDifference("files", REGISTRY, None, finding.what, VERIFY_DEEP)
    return FileDifference("files", model_of(key), "/".join(key.split("/")[:5]), finding.what, VERIFY_DEEP)
