"""Show the outcomes of a monitoring run as one table on its page in Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data.records.monitoring import NightOutcome
from data.text.counted import counted
from tasks.run.create_prefect_artifact import create_prefect_artifact
from tasks.run.take_steps import name_step, step
from views.forms.monitoring_outcomes import outcome_counts, outcome_lines


@step("show monitoring")
def show_monitoring(outcomes: Sequence[NightOutcome], day: date) -> None:
    """Create a Prefect artifact of the outcomes of a monitoring run."""
    name_step(f"show {counted(len(outcomes), 'result')}")
    about = f"windows ending {day}: {outcome_counts(outcomes)}"
    create_prefect_artifact("monitoring", "", outcome_lines(outcomes), about)
