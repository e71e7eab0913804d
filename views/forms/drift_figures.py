"""The figures of a monitored window as Markdown, compared with the rules of its plan: a picture, and a table."""

from __future__ import annotations

from collections.abc import Sequence

from data.errors import ModelwardError
from data.queries.run_measurements import WindowMeasurement
from data.records.monitoring import MonitoringRun
from data.records.names import short
from data.text.counted import counted
from data.text.markdown_text import plain
from monitoring.alert_rule import AlertState
from monitoring.plan import Direction, WatchRule
from views.charts.svg_intervals import IntervalRow, Look, interval_picture
from views.forms.markdown_table import markdown_table

COLUMNS = ("outcome", "figure", "value", "95 % interval", "reference, margin")
LOOKS: dict[str, Look] = {AlertState.PAGE.value: "bad", AlertState.WATCH.value: "warned"}
ORDER = [one.value for one in (AlertState.PAGE, AlertState.WATCH, AlertState.SEASONAL, AlertState.CANNOT_SAY)]


def drift_lines(run: MonitoringRun, measured: Sequence[WindowMeasurement], watched: Sequence[WatchRule]) -> list[str]:
    """Return Markdown: each figure with a rule as a picture in multiples of its margin, and all of them as a table."""
    rules = {one.about: one for one in watched}
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


def unreadable_lines(error: ModelwardError) -> list[str]:
    """Return Markdown for a window whose measurements cannot be read: why, and what to do."""
    return [plain(str(error))]


def window_counts(run: MonitoringRun) -> str:
    """Return how many figures had each outcome, and the number of faults, in one sentence."""
    counts = [f"{count} {state}" for state, count in run.counts.items() if count]
    return ", ".join([*counts, *([counted(len(run.faults), "fault")] if run.faults else [])]) or "nothing is monitored"


def _coverage(run: MonitoringRun) -> str:
    """Return the share of known labels in the window of outcomes, which ends before the window of inputs."""
    known = run.headline.get("coverage")
    return f", {known:.0%} of the expected labels known" if known is not None else ""


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
