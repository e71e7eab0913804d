"""The figures of the watch as charts: how good the scores were, how far the inputs moved, held against the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from data.measurements import WindowMeasurement
from data.records.deployment import Deployment
from data.records.model import MonitoringPlan
from modelward.report.facts import Facts
from modelward.report.line_chart import Level, Line, LineChart, Number, Point

Rule = Mapping[str, object]

OUTCOMES: Mapping[str, tuple[str, str, Number]] = {
    "calibration": ("Calibration: score ÷ label rate", "1 says that as many came true as the scores said.", "ratio"),
    "auc": ("AUC", "How well the scores tell what comes true from what does not; 0.5 is chance.", "plain"),
    "brier": ("Brier score", "The mean squared error of the scores; lower is better.", "plain"),
    "loss_residual": (
        "Loss beyond expectation",
        "What the held-out data did not lead to expect; 0 is as expected.",
        "plain",
    ),
    "coverage": ("Coverage: labels known", "The share of predictions whose outcome is known.", "share"),
}
DRIFTS: Mapping[str, tuple[str, str]] = {
    "psi": ("PSI", "How far the column lies from the reference; 0 is not at all."),
    "ks": ("KS", "The largest gap to the reference's distribution."),
    "chi_square": ("χ²", "How far the categories' shares lie from the reference's."),
    "mean_shift": ("mean shift", "How far the mean moved, in deviations of the reference."),
    "new_categories": ("new categories", "The share of values that the reference never held."),
    "null_rate": ("missing", "The share of missing values, beyond that of the reference."),
}
MOVED = 0.01


@dataclass(frozen=True)
class Figures:
    """The charts of the report, in the order of reading."""

    calibration: tuple[LineChart, ...]
    performance: tuple[LineChart, ...]
    rates: tuple[LineChart, ...]
    drift: tuple[LineChart, ...]


def figures_of(facts: Facts) -> Figures:
    """Every chart that the measurements give, none where nothing was measured."""
    rules = _rules(facts)
    by_statistic = {
        name: chart for name in OUTCOMES if (chart := _outcome(facts, name, rules.get(f"{name}:score"))) is not None
    }
    rates = _rates(facts)
    return Figures(
        tuple(by_statistic[one] for one in ("calibration",) if one in by_statistic),
        tuple(by_statistic[one] for one in ("auc", "brier", "loss_residual") if one in by_statistic),
        tuple(filter(None, (rates, by_statistic.get("coverage")))),
        tuple(sorted(_drifts(facts, rules), key=_order)),
    )


def _rules(facts: Facts) -> dict[str, Rule]:
    """The watch rules of the newest plan by what they are about; of segments none."""
    plans = sorted(facts.all(MonitoringPlan), key=lambda one: one.number)
    rules = plans[-1].rules if plans else ()
    return {f"{one.get('statistic')}:{one.get('column')}": one for one in rules if not one.get("segment")}


def _outcome(facts: Facts, statistic: str, rule: Rule | None) -> LineChart | None:
    lines = _lines_by_version(facts, [one for one in facts.measured if one.measurement.statistic == statistic])
    title, text, number = OUTCOMES[statistic]
    return _chart(facts, statistic, title, text, lines, rule, number) if lines else None


def _rates(facts: Facts) -> LineChart | None:
    lines = []
    for look, (statistic, name) in enumerate((("score_rate", "mean score"), ("label_rate", "share that came true"))):
        points = _points(one for one in facts.measured if one.measurement.statistic == statistic)
        if points:
            lines.append(Line(name, look, points))
    text = "What the model said on average, and what came of it."
    return _chart(facts, "rates", "Scores and labels", text, tuple(lines), None, "share") if lines else None


def _drifts(facts: Facts, rules: Mapping[str, Rule]) -> Iterator[LineChart]:
    found: dict[tuple[str, str], list[WindowMeasurement]] = {}
    for one in facts.measured:
        if one.measurement.statistic in DRIFTS and not one.measurement.segment:
            found.setdefault((one.measurement.column, one.measurement.statistic), []).append(one)
    for (column, statistic), measured in found.items():
        rule = rules.get(f"{statistic}:{column}")
        values = [abs(one.measurement.value or 0.0) for one in measured]
        if rule is None and statistic == "null_rate" and max(values) < MOVED:
            continue
        name, text = DRIFTS[statistic]
        number: Number = "share" if statistic in {"null_rate", "new_categories"} else "plain"
        lines = _lines_by_version(facts, measured)
        yield _chart(facts, f"drift-{statistic}-{column}", f"{column}: {name}", text, lines, rule, number)


def _order(chart: LineChart) -> tuple[int, int, str]:
    """What paged first, then what is watched, then what is expected to move, then what is only shown."""
    kind = 2 if chart.seasonal else 1 if chart.rule else 3
    return (0 if chart.pages else kind, -chart.pages, chart.title)


def _chart(
    facts: Facts, key: str, title: str, text: str, lines: tuple[Line, ...], rule: Rule | None, number: Number
) -> LineChart:
    told = rule or {}
    return LineChart(
        key="".join(one if one.isalnum() and one.isascii() else "-" for one in key),
        title=title,
        text=text,
        lines=lines,
        levels=tuple(_levels(told)) if rule is not None else _expected(number),
        handovers=_handovers(facts),
        number=number,
        rule=_spoken(told) if rule is not None else "",
        seasonal=str(told.get("seasonal") or ""),
    )


def _expected(number: Number) -> tuple[Level, ...]:
    return (Level(1.0, "expected", "as many as said"),) if number == "ratio" else ()


def _levels(rule: Rule) -> Iterator[Level]:
    reference, direction = _number(rule, "reference") or 0.0, rule.get("direction", "up")
    signs = [sign for sign, ways in ((1, ("up", "both")), (-1, ("down", "both"))) if direction in ways]
    yield Level(reference, "expected", "")
    for kind in ("margin", "severe"):
        away = _number(rule, kind)
        if away is not None:
            for sign in signs:
                yield Level(reference + sign * away, "margin" if kind == "margin" else "severe", f"{kind} {away:g}")


def _number(rule: Rule, name: str) -> float | None:
    value = rule.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def _spoken(rule: Rule) -> str:
    margin, severe = _number(rule, "margin"), _number(rule, "severe")
    if margin is None:
        return "Watched."
    way = {"up": "above", "down": "below"}.get(str(rule.get("direction", "up")), "away from")
    grave = f", severe beyond {severe:g}" if severe is not None else ""
    return f"Watched: more than {margin:g} {way} {_number(rule, 'reference') or 0.0:g}{grave}."


def _handovers(facts: Facts) -> tuple[tuple[date, str], ...]:
    """When a version took over as champion in production; only between what was measured."""
    days = [one.last_day for one in facts.measured]
    if not days:
        return ()
    served = [one for one in facts.all(Deployment) if one.environment == "production" and one.slot == "champion"]
    told = [(one.from_at.date(), f"v{facts.number_of(one.version)}") for one in served]
    first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
    return tuple(sorted((max(day, first), name) for day, name in told if day <= last))


def _lines_by_version(facts: Facts, measured: Iterable[WindowMeasurement]) -> tuple[Line, ...]:
    by_version: dict[str, list[WindowMeasurement]] = {}
    for one in measured:
        by_version.setdefault(one.version, []).append(one)
    lines = []
    for version, mine in by_version.items():
        number = facts.number_of(version)
        lines.append(Line(f"v{number}" if number else "all versions", (number or 1) - 1, _points(mine)))
    return tuple(sorted(lines, key=lambda one: one.look))


def _points(measured: Iterable[WindowMeasurement]) -> tuple[Point, ...]:
    """One point a window, by last day; of windows that end on one day, the one measured last."""
    by_day: dict[str, WindowMeasurement] = {one.last_day: one for one in measured}
    return tuple(_point(by_day[day]) for day in sorted(by_day))


def _point(one: WindowMeasurement) -> Point:
    found = one.measurement
    low, high = (None, None) if found.low is None or found.high is None else sorted((found.low, found.high))
    return Point(
        date.fromisoformat(one.first_day), date.fromisoformat(one.last_day), found.value, low, high, found.rows,
        one.outcome, found.cannot_say.value if found.cannot_say is not None else "",
    )  # fmt: skip
