"""The outcomes of a monitoring run as one Markdown table, the most urgent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from data.records.monitoring import NightOutcome
from data.records.names import short
from data.text.counted import counted
from data.text.markdown_text import plain
from views.forms.markdown_table import markdown_table

COLUMNS = ("model", "state", "rows", "faults", "pages", "warnings", "quiet", "cannot say")
MOST = 200


def outcome_counts(outcomes: Sequence[NightOutcome]) -> str:
    """Return the counts of the outcomes and alerts in one sentence."""
    states = Counter(one.state for one in outcomes)
    words = [f"{count:,} {state}" for state, count in sorted(states.items())]
    alerts = {"page": sum(len(one.pages) for one in outcomes), "warning": sum(len(one.warnings) for one in outcomes)}
    return (
        ", ".join([*words, *(counted(count, noun) for noun, count in alerts.items() if count)])
        or "nothing is monitored"
    )


def outcome_lines(outcomes: Sequence[NightOutcome]) -> list[str]:
    """Return the outcomes as a Markdown table, the most urgent first; rows beyond 200 models are only counted."""
    ranked = sorted(outcomes, key=lambda one: (one.state != "failed", -len(one.pages), -len(one.warnings)))
    lines = markdown_table(COLUMNS, map(_cells, ranked[:MOST]), right=COLUMNS[2:])
    if len(ranked) > MOST:
        lines += ["", f"and {len(ranked) - MOST:,} more"]
    return lines


def _cells(outcome: NightOutcome) -> list[str]:
    state = f"{outcome.state}: {outcome.why}" if outcome.why else outcome.state
    counts = [outcome.rows, outcome.faults, len(outcome.pages), len(outcome.warnings)]
    counts += [outcome.counts.get(name, 0) for name in ("quiet", "cannot say")]
    return [plain(short(outcome.model)), plain(state), *(f"{count:,}" for count in counts)]
