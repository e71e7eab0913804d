"""Show on the run's page a version's metrics, its comparison with the champion, and its calibration."""

from __future__ import annotations

from data.files.artifacts import ArtifactStore
from data.queries.evidence_in_force import evidence_in_force
from data.records.names import short
from data.registry.registry import Registry
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.performance_figures import performance_lines
from views.pages.held_out import held_out


def show_performance(key: str) -> None:
    """Create one Prefect artifact with metrics, comparison and calibration."""
    registry = Registry.here()
    evidence = evidence_in_force(registry, key).evidence
    scores = held_out(ArtifactStore(registry.home.artifacts), evidence.version.reference_digest)
    lines = performance_lines(evidence, scores.groups if scores is not None else ())
    lines += evidence_line(version_page(key), key)
    create_prefect_artifact("performance", key, lines, f"figures of {short(key)}")
