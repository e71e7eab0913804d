"""Show a night on the run's page in Prefect: one small table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.records.names import short
from data.text.markdown_text import plain
from tasks.monitor.record_windows import Watch
from tasks.run.leave_artifact import leave_artifact
from views.forms.markdown_table import markdown_table

COLUMNS = ("model", "state", "rows", "faults", "pages", "warnings", "quiet", "cannot say")
MOST = 200


@task(name="show watch", cache_policy=NO_CACHE, persist_result=False)
def show_watch(watched: Sequence[Watch], day: date) -> None:
    """Leave the nights as an artifact of this run."""
    leave_artifact("monitoring", "", [watch_table(watched)], f"windows ending {day}: {watch_counts(watched)}")


def watch_counts(watched: Sequence[Watch]) -> str:
    """How the nights came out, in a sentence."""
    states = Counter(one.state for one in watched)
    told = [f"{count:,} {state}" for state, count in sorted(states.items())]
    alerts = {"pages": sum(len(one.pages) for one in watched), "warnings": sum(len(one.warnings) for one in watched)}
    return ", ".join([*told, *(f"{count:,} {name}" for name, count in alerts.items() if count)]) or "nothing is watched"


def watch_table(watched: Sequence[Watch]) -> str:
    """The nights as a Markdown table, what needs a person first; of more than 200 models the rest is counted."""
    ranked = sorted(watched, key=lambda one: (one.state != "failed", -len(one.pages), -len(one.warnings)))
    lines = markdown_table(COLUMNS, map(_cells, ranked[:MOST]), right=COLUMNS[2:])
    if len(ranked) > MOST:
        lines.append(f"\nand {len(ranked) - MOST:,} more")
    return "\n".join(lines)


def _cells(one: Watch) -> list[str]:
    said = f"{one.state}: {one.why}" if one.why else one.state
    counts = [one.rows, one.faults, len(one.pages), len(one.warnings)]
    counts += [one.counts.get(name, 0) for name in ("quiet", "cannot say")]
    return [short(one.model), plain(said), *(f"{count:,}" for count in counts)]
