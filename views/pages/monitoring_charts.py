"""The charts of what monitoring measured: the quality of the scores and the drift of the inputs, with their limits.

Each window is shown with the watch rule that judged it: where the plan changed, the levels change.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data.queries.model_snapshot import ModelSnapshot
from data.queries.run_measurements import WindowMeasurement
from data.records.deployment import Deployment
from data.records.model import MonitoringPlan
from data.records.monitoring import MonitoringRun
from views.charts.line_chart import FormerLevels, Line, LineChart, Number, Point
from views.pages.watch_rules import NO_RULE, RuleFields, levels_of, rule_text

SCORE = "score"
OUTCOMES: Mapping[str, tuple[str, str, Number]] = {
    "calibration": (
        "Calibration: score ÷ label rate",
        "1 means that the mean score is the observed rate.",
        "ratio",
    ),
    "auc": ("AUC", "How well the scores separate what comes true from what does not; 0.5 is chance.", "plain"),
    "brier": ("Brier score", "The mean squared error of the scores; lower is better.", "plain"),
    "log_loss": ("Log loss", "The mean negative log likelihood of the labels; lower is better.", "plain"),
    "loss_residual": (
        "Loss beyond expectation",
        "The loss beyond that expected from the held-out data; 0 is as expected.",
        "plain",
    ),
    "score_rate": ("Mean score", "The mean score of the model.", "share"),
    "label_rate": ("Observed rate", "Of the predictions whose outcome is known.", "share"),
    "coverage": ("Coverage: labels known", "The share of predictions whose outcome is known.", "share"),
}
DRIFTS: Mapping[str, tuple[str, str, Number]] = {
    "psi": ("PSI", "The distance of the column from the reference; 0 is none.", "plain"),
    "ks": ("KS", "The largest gap to the reference's distribution.", "plain"),
    "chi_square": ("χ²", "The distance of the shares of the categories from the reference.", "plain"),
    "mean_shift": ("mean shift", "The shift of the mean, in standard deviations of the reference.", "plain"),
    "new_categories": ("new categories", "The share of values that the reference does not contain.", "share"),
    "null_rate": ("missing", "The share of missing values, beyond that of the reference.", "share"),
}
PERFORMANCE = ("auc", "brier", "log_loss", "loss_residual")
RATES = {"score_rate": "mean score", "label_rate": "observed rate"}
MOVED = 0.01


@dataclass(frozen=True)
class MonitoringCharts:
    """The charts of the monitoring page, in the order in which it shows them."""

    calibration: tuple[LineChart, ...]
    performance: tuple[LineChart, ...]
    rates: tuple[LineChart, ...]
    drift: tuple[LineChart, ...]


@dataclass(frozen=True)
class RuledMeasurement:
    """A measurement of a window with the watch rule that judged it; None if the plan had none for it."""

    rule: RuleFields | None
    window: WindowMeasurement


@dataclass(frozen=True)
class ChartText:
    """The texts of a chart and its number format; `about` is the `statistic:column` that its alerts refer to."""

    key: str
    title: str
    text: str
    number: Number
    about: str = ""


def charts_of(facts: ModelSnapshot) -> MonitoringCharts:
    """Return a chart for each statistic and column that was measured."""
    seen = _seen(facts)
    outcomes = {name: chart for name in OUTCOMES if (chart := _outcome(facts, seen, name)) is not None}
    ruled = [name for name in RATES if any(one.rule for one in seen.get((name, SCORE), ()))]
    rates = [_rates(facts, seen), *(outcomes.get(name) for name in (*ruled, "coverage"))]
    return MonitoringCharts(
        tuple(outcomes[one] for one in ("calibration",) if one in outcomes),
        tuple(outcomes[one] for one in PERFORMANCE if one in outcomes),
        tuple(one for one in rates if one is not None),
        tuple(sorted(_drifts(facts, seen), key=_order)),
    )


def _seen(facts: ModelSnapshot) -> dict[tuple[str, str], list[RuledMeasurement]]:
    """Return the measurements to draw by statistic and column, oldest first, without those of segments."""
    rules = {one.key: _rules(one) for one in facts.all(MonitoringPlan)}
    found: dict[tuple[str, str], list[RuledMeasurement]] = {}
    for night in facts.drawn:
        for window in night.measurements:
            figures = window.measurement
            if not figures.segment:
                rule = rules.get(night.run.plan, {}).get(f"{figures.statistic}:{figures.column}")
                found.setdefault((figures.statistic, figures.column), []).append(RuledMeasurement(rule, window))
    return found


def _rules(plan: MonitoringPlan) -> dict[str, RuleFields]:
    """Return the watch rules of a plan by `statistic:column`, without those of segments."""
    return {f"{one.get('statistic')}:{one.get('column')}": one for one in plan.rules if not one.get("segment")}


def _outcome(
    facts: ModelSnapshot, seen: Mapping[tuple[str, str], Sequence[RuledMeasurement]], statistic: str
) -> LineChart | None:
    mine = seen.get((statistic, SCORE), ())
    title, text, number = OUTCOMES[statistic]
    drawing = ChartText(statistic, title, text, number, f"{statistic}:{SCORE}")
    return _chart(facts, drawing, mine, _lines_by_version(facts, mine)) if mine else None


def _rates(facts: ModelSnapshot, seen: Mapping[tuple[str, str], Sequence[RuledMeasurement]]) -> LineChart | None:
    points = {
        name: _points(one.window for one in seen.get((statistic, SCORE), ())) for statistic, name in RATES.items()
    }
    lines = [Line(name, look, found) for look, (name, found) in enumerate(points.items()) if found]
    text = "The mean score of the model, and the observed rate."
    return _chart(facts, ChartText("rates", "Scores and labels", text, "share"), (), lines) if lines else None


def _drifts(facts: ModelSnapshot, seen: Mapping[tuple[str, str], Sequence[RuledMeasurement]]) -> Iterator[LineChart]:
    drifts = [(statistic, column) for statistic, column in seen if statistic in DRIFTS]
    for number, (statistic, column) in enumerate(drifts, start=1):
        mine = seen[statistic, column]
        still = max(abs(one.window.measurement.value or 0.0) for one in mine) < MOVED
        if statistic == "null_rate" and still and not any(one.rule for one in mine):
            continue
        name, text, number_format = DRIFTS[statistic]
        drawing = ChartText(f"drift-{number}", f"{column}: {name}", text, number_format, f"{statistic}:{column}")
        yield _chart(facts, drawing, mine, _lines_by_version(facts, mine))


def _order(chart: LineChart) -> tuple[int, int, str]:
    """Return a sort key: charts with alerts of level page, charts with a watch rule, seasonal charts, other charts."""
    kind = 2 if chart.seasonal else 1 if chart.rule else 3
    return (0 if chart.paged else kind, -chart.paged, chart.title)


def _chart(
    facts: ModelSnapshot, drawing: ChartText, seen: Sequence[RuledMeasurement], lines: Sequence[Line]
) -> LineChart:
    *former, (rule, _) = list(_stretches(seen)) or [(None, date.min)]
    return LineChart(
        key=drawing.key,
        title=drawing.title,
        text=drawing.text,
        lines=tuple(lines),
        levels=levels_of(rule, drawing.number),
        former=tuple(FormerLevels(until, levels_of(before, drawing.number)) for before, until in former),
        paged=sum(one.outcomes.get(drawing.about) == "page" for one in facts.all(MonitoringRun)),
        handovers=_handovers(facts),
        number=drawing.number,
        rule=_rule_text(rule, former),
        seasonal=str((rule or {}).get("seasonal") or ""),
    )


def _stretches(seen: Sequence[RuledMeasurement]) -> Iterator[tuple[RuleFields | None, date]]:
    """Yield each rule in order of time, with the day halfway between its last window and the next rule's first."""
    ordered = sorted(seen, key=lambda one: one.window.last_day)
    groups = [list(group) for _, group in itertools.groupby(ordered, key=lambda one: one.rule)]
    for group, after in itertools.zip_longest(groups, groups[1:]):
        last = date.fromisoformat(group[-1].window.last_day)
        next_first = date.fromisoformat(after[0].window.last_day) if after else last
        yield group[0].rule, last + (next_first - last) / 2


def _rule_text(rule: RuleFields | None, former: Sequence[tuple[RuleFields | None, date]]) -> str:
    """Return the rule of the newest window as text, followed by the rules before it if the plan changed."""
    if rule is None and not former:
        return ""
    before = [f"Up to {until}: {rule_text(one)}." for one, until in reversed(former)]
    now = f"Rule: {rule_text(rule)}." if rule is not None else f"{NO_RULE.capitalize()}."
    return " ".join([now, *before])


def _handovers(facts: ModelSnapshot) -> tuple[tuple[date, str], ...]:
    """Return the days on which a version became champion in production, within the days that were measured."""
    days = [one.last_day for night in facts.drawn for one in night.measurements]
    if not days:
        return ()
    served = [one for one in facts.all(Deployment) if one.environment == "production" and one.slot == "champion"]
    handovers = [(one.from_at.date(), f"v{facts.number_of(one.version)}") for one in served]
    first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
    return tuple(sorted((max(day, first), name) for day, name in handovers if day <= last))


def _lines_by_version(facts: ModelSnapshot, seen: Iterable[RuledMeasurement]) -> tuple[Line, ...]:
    by_version: dict[str, list[WindowMeasurement]] = {}
    for ruled in seen:
        by_version.setdefault(ruled.window.version, []).append(ruled.window)
    lines = []
    for version, mine in by_version.items():
        number = facts.number_of(version)
        lines.append(Line(f"v{number}" if number else "all versions", (number or 1) - 1, _points(mine)))
    return tuple(sorted(lines, key=lambda one: one.look))


def _points(measured: Iterable[WindowMeasurement]) -> tuple[Point, ...]:
    """Return one point a window, in order of the last day; of windows with the same last day, the one measured last."""
    by_day: dict[str, WindowMeasurement] = {one.last_day: one for one in measured}
    return tuple(_point(by_day[day]) for day in sorted(by_day))


def _point(measured: WindowMeasurement) -> Point:
    found = measured.measurement
    low, high = (None, None) if found.low is None or found.high is None else sorted((found.low, found.high))
    return Point(
        date.fromisoformat(measured.first_day), date.fromisoformat(measured.last_day), found.value, low, high,
        found.rows, measured.outcome, found.cannot_say.value if found.cannot_say is not None else "",
    )  # fmt: skip
