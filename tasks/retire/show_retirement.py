"""Show on the run's page in Prefect which step a retirement has reached, and which consumers still lack something."""

from __future__ import annotations

from data.queries.retirements import retirement_snapshot
from data.records.names import short
from data.registry.registry import Registry
from data.registry.rules.retirement_party import what_is_missing
from data.text.markdown_text import plain
from tasks.run.leave_artifact import evidence_line, leave_artifact
from views.evidence_address import version_page
from views.forms.retirement_tables import retirement_lines

STEPS = ("opened", "noticed", "planned", "approved", "sunset", "quiet", "withdrawn", "archived")


def show_retirement(key: str) -> None:
    """The retirement as it stands, as an artifact."""
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
    leave_artifact("retirement", row.subject, lines, f"retirement of {short(row.subject)}: {row.state}")


def step_line(state: str) -> str:
    """Where it stands among its steps: `opened → noticed → **planned** → …`."""
    return " → ".join(f"**{one}**" if one == state else one for one in STEPS)
