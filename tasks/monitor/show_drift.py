"""Create a Prefect artifact for each of the models with the most alerts: its window, compared with its plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data.errors import ModelwardError
from data.files.artifacts import ArtifactStore
from data.logs.measurements import WindowMeasurement, from_bytes
from data.queries.monitoring_results import recorded_windows
from data.records.monitoring import MonitoringRun
from data.records.names import short
from data.registry.registry import Registry
from data.text.markdown_text import plain
from monitoring.alert_rule import AlertState
from monitoring.plan import Direction, WatchRule, watch_rules
from tasks.monitor.record_windows import NightOutcome
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted
from views.charts.svg_intervals import IntervalRow, Look, interval_picture
from views.evidence_address import monitoring_page
from views.forms.markdown_table import markdown_table

COLUMNS = ("outcome", "figure", "value", "95 % interval", "reference, margin")
MODELS = 5
"""Most models shown in one run: nobody reads a thousand artifacts, and each costs a request."""
LOOKS: dict[str, Look] = {AlertState.PAGE.value: "bad", AlertState.WATCH.value: "warned"}
ORDER = [one.value for one in (AlertState.PAGE, AlertState.WATCH, AlertState.SEASONAL, AlertState.CANNOT_SAY)]


@step("show drift")
def show_drift(outcomes: Sequence[NightOutcome], day: date) -> None:
    """Create a Prefect artifact for each of the five models with the most alerts, first of level page, then warning."""
    ranked = sorted((one for one in outcomes if one.run), key=lambda one: (-len(one.pages), -len(one.warnings)))
    registry = Registry.here()
    windows = recorded_windows(registry, [one.run for one in ranked[:MODELS]])
    name_step(f"show drift of {counted(len(windows), 'model')}")
    for window in windows:
        run = window.run
        try:
            measured = from_bytes(ArtifactStore(registry.home.artifacts).read(run.measurements_digest))
        except ModelwardError as error:
            create_prefect_artifact("drift", run.model, [plain(str(error))], f"window ending {day}")
            continue
        lines = drift_lines(run, measured, {one.about: one for one in watch_rules(window.plan.rules)})
        page = evidence_line(monitoring_page(run.model), run.model)
        create_prefect_artifact(
            "drift", run.model, [*lines, *page], f"{short(run.model)}, window ending {day}: {_counts(run)}"
        )


def drift_lines(run: MonitoringRun, measured: Sequence[WindowMeasurement], rules: dict[str, WatchRule]) -> list[str]:
    """Return Markdown: each figure with a rule as a picture in multiples of its margin, and all of them as a table."""
    ruled = [(one, rules[one.rule]) for one in measured if one.rule in rules]
    ranked = sorted(ruled, key=lambda each: ORDER.index(each[0].outcome) if each[0].outcome in ORDER else len(ORDER))
    drawn = [_drawn(one, rule) for one, rule in ranked if rule.margin > 0]
    faults = [f"- **fault:** {plain(one)}" for one in run.faults]
    return [
        f"### {plain(short(run.model))}, {run.from_date} to {run.to_date}",
        "",
        f"{', '.join(plain(short(one)) for one in run.versions)}: {run.rows:,} rows{_coverage(run)}",
        *(["", *faults] if faults else []),
        *interval_picture(
            "Distance from the reference, in margins; the mark is the severe level", drawn, 1.0, "margin"
        ),
        "",
        *markdown_table(COLUMNS, (_tabled(one, rule) for one, rule in ranked), right=("value",)),
    ]


def _coverage(run: MonitoringRun) -> str:
    """Return the share of known labels in the window of outcomes, which ends before the window of inputs."""
    known = run.headline.get("coverage")
    return f", {known:.0%} of the expected labels known" if known is not None else ""


def _counts(run: MonitoringRun) -> str:
    counts = [f"{count} {state}" for state, count in run.counts.items() if count]
    return ", ".join([*counts, *([counted(len(run.faults), "fault")] if run.faults else [])]) or "nothing is monitored"


def _drawn(row: WindowMeasurement, rule: WatchRule) -> IntervalRow:
    """Return a figure as its rule judges it: the distance from the reference in the bad direction, in margins."""
    figures = row.measurement
    below = figures.value is not None and figures.value < rule.reference
    turned = rule.direction is Direction.DOWN or (rule.direction is Direction.BOTH and below)
    value, low, high = (_margins(each, rule, turned) for each in (figures.value, figures.low, figures.high))
    severe = rule.severe / rule.margin if rule.severe is not None else None
    ends = (high, low) if turned else (low, high)
    return IntervalRow(rule.about, value, *ends, row.outcome, LOOKS.get(row.outcome, "plain"), severe)


def _margins(value: float | None, rule: WatchRule, turned: bool) -> float | None:
    if value is None:
        return None
    return (rule.reference - value if turned else value - rule.reference) / rule.margin


def _tabled(row: WindowMeasurement, rule: WatchRule) -> tuple[str, ...]:
    figures = row.measurement
    outcome = f"**{row.outcome}**" if row.outcome in LOOKS else row.outcome
    value = f"{figures.value:.4f}" if figures.value is not None else plain(figures.cannot_say or "cannot say")
    interval = (
        f"{figures.low:.4f} to {figures.high:.4f}" if figures.low is not None and figures.high is not None else "–"
    )
    held = f"{rule.reference:g}, {rule.margin:g} {rule.direction}"
    return (outcome, plain(rule.about), value, interval, held)
