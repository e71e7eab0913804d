"""Create a Prefect artifact with the present step of a retirement and what its consumers still lack."""

from __future__ import annotations

from data.queries.retirements import retirement_snapshot
from data.records.names import short
from data.registry.registry import Registry
from data.registry.rules.retirement_party import what_is_missing
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.retirement_progress import progress_lines


def show_retirement(key: str) -> None:
    """Create a Prefect artifact of the retirement in its present state, which its key and its heading name."""
    found = retirement_snapshot(Registry.here(), key)
    row = found.retirement
    missing = [lack for lack in (what_is_missing(party, row) for party in found.parties) if lack]
    lines = [*progress_lines(found, missing), *evidence_line(version_page(row.subject), row.subject)]
    about = f"retirement of {short(row.subject)}: {row.state}"
    create_prefect_artifact(f"retirement-{row.state}", row.subject, lines, about)
