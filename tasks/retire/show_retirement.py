"""Create a Prefect artifact with the present step of a retirement and what its consumers still lack."""

from __future__ import annotations

from data.queries.retirements import retirement_snapshot
from data.records.names import short
from data.registry.registry import Registry
from data.registry.rules.retirement_party import what_is_missing
from data.text.markdown_text import plain
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.retirement_tables import retirement_lines

STEPS = ("opened", "noticed", "planned", "approved", "sunset", "quiet", "withdrawn", "archived")


def show_retirement(key: str) -> None:
    """Create a Prefect artifact of the retirement in its present state."""
    found = retirement_snapshot(Registry.here(), key)
    row, parties = found.retirement, found.parties
    missing = [f"- **missing:** {plain(one)}" for one in (what_is_missing(party, row) for party in parties) if one]
    lines = [
        f"### Retirement of {plain(short(row.subject))}",
        "",
        step_line(row.state),
        "",
        *missing,
        *([""] if missing else []),
        *retirement_lines(row, parties),
        *evidence_line(version_page(row.subject), row.subject),
    ]
    create_prefect_artifact("retirement", row.subject, lines, f"retirement of {short(row.subject)}: {row.state}")


def step_line(state: str) -> str:
    """Return all steps with the present one in bold: `opened → noticed → **planned** → …`."""
    return " → ".join(f"**{one}**" if one == state else one for one in STEPS)
