"""A retirement as Markdown: its present step, what its consumers still lack, its dates and its consumers."""

from __future__ import annotations

from collections.abc import Sequence

from data.queries.retirements import RetirementSnapshot
from data.records.names import short
from data.text.markdown_text import plain
from views.forms.objection import Objection, objection_lines
from views.forms.retirement_tables import retirement_lines

STEPS = ("opened", "noticed", "planned", "approved", "sunset", "quiet", "withdrawn", "archived")
HOW = (
    "Consumers answer with `modelward consumers ack`; `modelward consumers silence` accepts a missing answer. Enter "
    "below what each consumer moves to, then submit to check again."
)


def progress_lines(found: RetirementSnapshot, missing: Sequence[str]) -> list[str]:
    """Return Markdown for a run's page; `missing` says in a sentence each what a consumer still lacks."""
    row = found.retirement
    return [
        f"### Retirement of {plain(short(row.subject))}: {row.state}",
        "",
        step_line(row.state),
        "",
        *missing_lines(missing),
        *([""] if missing else []),
        *retirement_lines(row, found.parties),
    ]


def describe_transition(found: RetirementSnapshot, missing: Sequence[str], objection: Objection) -> str:
    """Return Markdown for the form of the transitions: what is missing, how to answer, and the consumers."""
    row = found.retirement
    lines = [*objection_lines(objection), f"### Retire {plain(short(row.subject))}: what is missing", ""]
    lines += [*missing_lines(missing), "", HOW, "", *retirement_lines(row, found.parties)]
    return "\n".join(lines)


def missing_lines(missing: Sequence[str]) -> list[str]:
    """Return a Markdown list of what is missing."""
    return [f"- **missing:** {plain(one, 1_000)}" for one in missing]


def step_line(state: str) -> str:
    """Return all steps with the present one in bold: `opened → noticed → **planned** → …`."""
    return " → ".join(f"**{one}**" if one == state else one for one in STEPS)
