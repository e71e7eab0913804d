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
from views.forms.markdown_table import markdown_table


@step("report performance")
def write_performance(version: str, context: RunContext) -> str:
    """Generate the section from the recorded metrics and store its text; return the digest of the text."""
    registry = Registry.here()
    evidence = evidence_in_force(registry, version).evidence
    section = performance_section(registry.home, version, evidence.metrics, evidence.comparisons)
    registry.execute(RecordEvidence(version=version, sections=(section,)), context)
    name_step(f"report performance: {_figures(evidence.metrics)}", version=version, digest=section.text_digest)
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


def performance_text(metrics: Sequence[Metric], comparisons: Sequence[Comparison]) -> str:
    """Return Markdown: every metric with interval and rows, then the comparison with the champion."""
    lines = [
        "# Performance",
        "",
        "Recomputed from the submitted predictions; intervals are 95 %, resampling whole days.",
        "",
        *markdown_table(("metric", "dataset", "slice", "value", "interval", "rows"), map(_measured, metrics)),
    ]
    if comparisons:
        columns = ("metric", "difference", "interval", "days")
        lines += ["", "## Against the champion", "", *markdown_table(columns, map(_compared, comparisons))]
    return "\n".join(lines) + "\n"


def _figures(metrics: Sequence[Metric]) -> str:
    """Return the figures on all rows, like `mae 12.3000, auc cannot say`."""
    whole = [one for one in metrics if not one.slice]
    return ", ".join(f"{one.name} {_written(one.value, None, None, '')[0]}" for one in whole) or "no metric"


def _measured(metric: Metric) -> tuple[str | int, ...]:
    figures = _written(metric.value, metric.low, metric.high, metric.cannot_say)
    return (metric.name, metric.dataset, metric.slice or "all", *figures, metric.rows)


def _compared(comparison: Comparison) -> tuple[str | int, ...]:
    figures = _written(comparison.difference, comparison.low, comparison.high, comparison.cannot_say)
    return (comparison.metric, *figures, comparison.days)


def _written(value: float | None, low: float | None, high: float | None, cannot_say: str | None) -> tuple[str, str]:
    if value is None:
        return "cannot say", cannot_say or ""
    return f"{value:.4f}", "none" if low is None or high is None else f"{low:.4f} to {high:.4f}"
