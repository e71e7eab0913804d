"""Create a Prefect artifact for each of the models with the most alerts: its window, compared with its plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data.errors import ModelwardError
from data.files.artifacts import ArtifactStore
from data.logs.measurements import from_bytes
from data.queries.monitoring_results import RecordedWindow, recorded_windows
from data.records.monitoring import NightOutcome
from data.records.names import short
from data.registry.registry import Registry
from data.text.counted import counted
from monitoring.plan import watch_rules
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from tasks.run.take_steps import name_step, step
from views.evidence_address import monitoring_page
from views.forms.drift_figures import drift_lines, unreadable_lines, window_counts

MODELS = 5
"""Most models shown in one run: nobody reads a thousand artifacts, and each costs a request."""


@step("show drift")
def show_drift(outcomes: Sequence[NightOutcome], day: date) -> None:
    """Create a Prefect artifact for each of the five models with the most alerts, first of level page, then warning."""
    ranked = sorted((one for one in outcomes if one.run), key=lambda one: (-len(one.pages), -len(one.warnings)))
    registry = Registry.here()
    windows = recorded_windows(registry, [one.run for one in ranked[:MODELS]])
    name_step(f"show drift of {counted(len(windows), 'model')}")
    for window in windows:
        _show(window, ArtifactStore(registry.home.artifacts), day)


def _show(window: RecordedWindow, store: ArtifactStore, day: date) -> None:
    run = window.run
    try:
        lines = drift_lines(run, from_bytes(store.read(run.measurements_digest)), watch_rules(window.plan.rules))
    except ModelwardError as error:
        create_prefect_artifact("drift", run.model, unreadable_lines(error), f"window ending {day}")
        return
    page = evidence_line(monitoring_page(run.model), run.model)
    about = f"{short(run.model)}, window ending {day}: {window_counts(run)}"
    create_prefect_artifact("drift", run.model, [*lines, *page], about)
