"""Generate the performance section of the documentation from the recomputed metrics."""

from __future__ import annotations

from collections.abc import Sequence

from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.evidence_in_force import evidence_in_force
from data.records.evidence import sha256_of
from data.records.run_context import RunContext
from data.records.version import Comparison, Metric, Section
from data.registry.commands.version import RecordEvidence
from data.registry.registry import Registry
from tasks.run.take_steps import name_step, step
from tasks.validate.show_performance import show_performance
from views.forms.performance_section import figure_summary, performance_text


@step("report performance")
def write_performance(version: str, context: RunContext) -> str:
    """Generate the section from the recorded metrics and store its text; return the digest of the text."""
    registry = Registry.here()
    evidence = evidence_in_force(registry, version).evidence
    section = performance_section(registry.home, version, evidence.metrics, evidence.comparisons)
    registry.execute(RecordEvidence(version=version, sections=(section,)), context)
    name_step(f"report performance: {figure_summary(evidence.metrics)}", version=version, digest=section.text_digest)
    show_performance(version)
    return section.text_digest


def performance_section(
    home: Home, version: str, metrics: Sequence[Metric], comparisons: Sequence[Comparison]
) -> Section:
    """Return the generated section; its text is stored by digest."""
    text = performance_text(metrics, comparisons)
    described = sha256_of([row.image()["values"] for row in (*metrics, *comparisons)])
    return Section(
        key=f"{version}/sections/performance",
        version=version,
        name="performance",
        text_digest=ArtifactStore(home.artifacts).put(text.encode()),
        words=len(text.split()),
        describes="performance",
        described_digest=described,
        current_digest=described,
        generated=True,
    )
