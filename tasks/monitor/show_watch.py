"""Show a night on the run's page in Prefect: one small table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from data.records.names import short
from data.text.markdown_text import plain
from tasks.monitor.record_windows import NightOutcome
from tasks.run.leave_artifact import leave_artifact
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted
from views.forms.markdown_table import markdown_table

COLUMNS = ("model", "state", "rows", "faults", "pages", "warnings", "quiet", "cannot say")
MOST = 200


@step("show watch")
def show_watch(watched: Sequence[NightOutcome], day: date) -> None:
    """Leave the outcomes of a night as an artifact of this run."""
    name_step(f"show {counted(len(watched), 'result')}")
    leave_artifact("monitoring", "", [watch_table(watched)], f"windows ending {day}: {watch_counts(watched)}")


def watch_counts(watched: Sequence[NightOutcome]) -> str:
    """The outcomes of a night, counted in a sentence."""
    states = Counter(one.state for one in watched)
    words = [f"{count:,} {state}" for state, count in sorted(states.items())]
    alerts = {"pages": sum(len(one.pages) for one in watched), "warnings": sum(len(one.warnings) for one in watched)}
    return (
        ", ".join([*words, *(f"{count:,} {name}" for name, count in alerts.items() if count)]) or "nothing is watched"
    )


def watch_table(watched: Sequence[NightOutcome]) -> str:
    """The outcomes as a Markdown table, the most urgent first; beyond 200 models the rest is counted."""
    ranked = sorted(watched, key=lambda one: (one.state != "failed", -len(one.pages), -len(one.warnings)))
    lines = markdown_table(COLUMNS, map(_cells, ranked[:MOST]), right=COLUMNS[2:])
    if len(ranked) > MOST:
        lines.append(f"\nand {len(ranked) - MOST:,} more")
    return "\n".join(lines)


def _cells(night: NightOutcome) -> list[str]:
    state = f"{night.state}: {night.why}" if night.why else night.state
    counts = [night.rows, night.faults, len(night.pages), len(night.warnings)]
    counts += [night.counts.get(name, 0) for name in ("quiet", "cannot say")]
    return [short(night.model), plain(state), *(f"{count:,}" for count in counts)]
