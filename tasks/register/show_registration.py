"""Show on the run's page what was registered, and the results of the quality checks."""

from __future__ import annotations

from data.queries.evidence_in_force import evidence_in_force
from data.records.names import short
from data.records.version import Dataset
from data.registry.registry import Registry
from data.text.markdown_text import plain
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.markdown_table import markdown_table
from views.forms.version_facts import fact_table, split_digest, version_facts


def show_registration(key: str) -> None:
    """Create a Prefect artifact with the facts and datasets of a version."""
    evidence = evidence_in_force(Registry.here(), key).evidence
    version, facts = evidence.version, version_facts(evidence.version, evidence.model)
    claimed = sorted(name for name, origin in version.provenance.items() if origin == "claimed")
    lines = [
        f"### {plain(short(key))} is registered",
        "",
        *fact_table([*facts, ("Only claimed", ", ".join(plain(one) for one in claimed) or "nothing")]),
        "",
        *dataset_lines(list(evidence.datasets)),
        *evidence_line(version_page(key), key),
    ]
    create_prefect_artifact("registration", key, lines, f"{short(key)}, {version.change.change_class}")


def dataset_lines(datasets: list[Dataset]) -> list[str]:
    """Return a Markdown table of the datasets with the outcomes of their quality suites."""
    if not datasets:
        return ["The submission contains no dataset."]
    columns = ("dataset", "quality", "rows", "columns", "identity")
    return markdown_table(columns, map(_row, datasets), right=("rows", "columns"))


def _row(dataset: Dataset) -> tuple[str | int, ...]:
    quality = dataset.quality if dataset.quality == "passed" else f"**{dataset.quality}**"
    expectations = f"{quality}, {dataset.quality_expectations} expectations"
    return (dataset.role, expectations, f"{dataset.rows:,}", len(dataset.columns), split_digest(dataset.identity))
