"""A registered version as Markdown: its facts, what is only claimed, and its datasets with their quality."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.evidence import Evidence
from data.records.names import short
from data.records.version import Dataset
from data.text.markdown_text import plain
from views.forms.markdown_table import markdown_table
from views.forms.version_facts import fact_table, split_digest, version_facts


def registration_lines(evidence: Evidence) -> list[str]:
    """Return Markdown: the facts of the version, the names of the facts that are only claimed, and its datasets."""
    version, facts = evidence.version, version_facts(evidence.version, evidence.model)
    claimed = sorted(name for name, origin in version.provenance.items() if origin == "claimed")
    return [
        f"### {plain(short(version.key))} is registered",
        "",
        *fact_table([*facts, ("Only claimed", ", ".join(plain(one) for one in claimed) or "nothing")]),
        "",
        *dataset_lines(evidence.datasets),
    ]


def dataset_lines(datasets: Sequence[Dataset]) -> list[str]:
    """Return a Markdown table of the datasets with the outcomes of their quality suites."""
    if not datasets:
        return ["The submission contains no dataset."]
    columns = ("dataset", "quality", "rows", "columns", "identity")
    return markdown_table(columns, map(_row, datasets), right=("rows", "columns"))


def _row(dataset: Dataset) -> tuple[str | int, ...]:
    quality = dataset.quality if dataset.quality == "passed" else f"**{dataset.quality}**"
    expectations = f"{quality}, {dataset.quality_expectations} expectations"
    return (dataset.role, expectations, f"{dataset.rows:,}", len(dataset.columns), split_digest(dataset.identity))
