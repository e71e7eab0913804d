"""Show on the run's page what was registered, and the results of the quality checks."""

from __future__ import annotations

from data.queries.evidence_in_force import evidence_in_force
from data.records.names import short
from data.registry.registry import Registry
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.registered_version import registration_lines


def show_registration(key: str) -> None:
    """Create a Prefect artifact with the facts and datasets of a version."""
    evidence = evidence_in_force(Registry.here(), key).evidence
    lines = [*registration_lines(evidence), *evidence_line(version_page(key), key)]
    create_prefect_artifact("registration", key, lines, f"{short(key)}, {evidence.version.change.change_class}")
