"""Show the outcomes of a monitoring run as one table on its page in Prefect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from data.records.names import short
from data.text.markdown_text import plain
from tasks.monitor.record_windows import NightOutcome
from tasks.run.create_prefect_artifact import create_prefect_artifact
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted
from views.forms.markdown_table import markdown_table

COLUMNS = ("model", "state", "rows", "faults", "pages", "warnings", "quiet", "cannot say")
MOST = 200


@step("show monitoring")
def show_monitoring(outcomes: Sequence[NightOutcome], day: date) -> None:
    """Create a Prefect artifact of the outcomes of a monitoring run."""
    name_step(f"show {counted(len(outcomes), 'result')}")
    create_prefect_artifact(
        "monitoring", "", [outcome_table(outcomes)], f"windows ending {day}: {outcome_counts(outcomes)}"
    )


def outcome_counts(outcomes: Sequence[NightOutcome]) -> str:
    """Return the counts of the outcomes and alerts in one sentence."""
    states = Counter(one.state for one in outcomes)
    words = [f"{count:,} {state}" for state, count in sorted(states.items())]
    alerts = {"page": sum(len(one.pages) for one in outcomes), "warning": sum(len(one.warnings) for one in outcomes)}
    return (
        ", ".join([*words, *(counted(count, noun) for noun, count in alerts.items() if count)])
        or "nothing is monitored"
    )


def outcome_table(outcomes: Sequence[NightOutcome]) -> str:
    """Return the outcomes as a Markdown table, the most urgent first; rows beyond 200 models are only counted."""
    ranked = sorted(outcomes, key=lambda one: (one.state != "failed", -len(one.pages), -len(one.warnings)))
    lines = markdown_table(COLUMNS, map(_cells, ranked[:MOST]), right=COLUMNS[2:])
    if len(ranked) > MOST:
        lines.append(f"\nand {len(ranked) - MOST:,} more")
    return "\n".join(lines)


def _cells(outcome: NightOutcome) -> list[str]:
    state = f"{outcome.state}: {outcome.why}" if outcome.why else outcome.state
    counts = [outcome.rows, outcome.faults, len(outcome.pages), len(outcome.warnings)]
    counts += [outcome.counts.get(name, 0) for name in ("quiet", "cannot say")]
    return [short(outcome.model), plain(state), *(f"{count:,}" for count in counts)]
