"""The charts of a model's measurements: which charts there are, their order, and the levels they show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from data.logs.measurements import WindowMeasurement
from data.queries.model_snapshot import ModelSnapshot
from data.queries.run_measurements import RunMeasurements
from data.records.measurement import CannotSay, Measurement
from data.records.model import MonitoringPlan
from data.records.monitoring import MonitoringRun
from monitoring.plan import STATISTICS
from tests.world import MODEL
from views.charts.line_chart import LineChart
from views.pages.monitoring_charts import DRIFTS, OUTCOMES, charts_of

FIRST = f"{MODEL}/versions/1"


def measured(day: int, statistic: str = "psi", column: str = "distance", **changes: Any) -> WindowMeasurement:
    figures = {"value": 0.05, "low": 0.02, "high": 0.08, "rows": 900}
    window = {"version": FIRST, "first_day": f"2013-04-{day:02}", "last_day": f"2013-04-{day + 6:02}", "outcome": ""}
    for name in list(changes):
        (window if name in window else figures)[name] = changes[name]
    return WindowMeasurement(measurement=Measurement(statistic=statistic, column=column, **figures), **window)


def plan(facts: ModelSnapshot, *rules: dict[str, object], number: int = 9) -> ModelSnapshot:
    row = MonitoringPlan(
        key=f"{MODEL}/monitoring-plans/{number}", model=MODEL, number=number, rules=rules, rationale="",
        recorded_at=datetime(2013, 4, 1, tzinfo=UTC), recorded_by="dev",
    )  # fmt: skip
    return replace(facts, tables={**facts.tables, MonitoringPlan: (*facts.tables[MonitoringPlan], row)})


def facts_with(facts: ModelSnapshot, *windows: WindowMeasurement, plans: dict[str, int] | None = None) -> ModelSnapshot:
    """Return the facts with these windows only, each in its own run under plan 9 or the plan given for its last day."""
    nights = []
    for window in windows:
        number = (plans or {}).get(window.last_day, 9)
        run = MonitoringRun(
            key=f"{MODEL}/monitoring/{window.last_day}", model=MODEL, plan=f"{MODEL}/monitoring-plans/{number}",
            from_date=window.first_day, to_date=window.last_day, versions=(window.version,), rows=900, labelled=0,
            partitions=(), counts={}, measurements_digest="", ran_at=datetime(2013, 5, 1, tzinfo=UTC), run_id="r",
            outcomes={f"{window.measurement.statistic}:{window.measurement.column}": window.outcome},
        )  # fmt: skip
        nights.append(RunMeasurements(run, (window,)))
    runs = tuple(one.run for one in nights)
    return replace(facts, drawn=nights, tables={**facts.tables, MonitoringRun: runs})


def drift(facts: ModelSnapshot, *windows: WindowMeasurement, **plans: Any) -> list[LineChart]:
    return list(charts_of(facts_with(facts, *windows, **plans)).drift)


def test_a_monitored_model_has_every_chart(facts: ModelSnapshot) -> None:
    figures = charts_of(facts)

    assert [one.title for one in figures.calibration] == ["Calibration: score ÷ label rate"]
    assert [one.title for one in figures.performance] == [
        *("AUC", "Brier score", "Log loss", "Loss beyond expectation"),
    ]
    assert [one.title for one in figures.rates] == ["Scores and labels", "Coverage: labels known"]
    assert figures.drift[0].title == "distance: PSI"


def test_a_model_without_monitoring_has_no_charts(facts: ModelSnapshot) -> None:
    figures = charts_of(facts_with(facts))

    assert figures.calibration == figures.performance == figures.rates == figures.drift == ()


def test_charts_with_pages_come_first_and_charts_without_a_rule_last(facts: ModelSnapshot) -> None:
    rules = [{"statistic": "psi", "column": name, "margin": 0.1} for name in ("quiet", "loud")]
    season = {"statistic": "psi", "column": "cold", "margin": 0.1, "seasonal": "winter"}
    windows = [measured(1, column=name) for name in ("shown", "cold", "quiet")]

    charts = drift(plan(facts, *rules, season), *windows, measured(1, column="loud", outcome="page"))

    assert [one.title.split(":")[0] for one in charts] == ["loud", "quiet", "cold", "shown"]
    assert [one.seasonal for one in charts] == ["", "", "winter", ""]


def test_rules_of_segments_are_ignored(facts: ModelSnapshot) -> None:
    segment = {"statistic": "psi", "column": "distance", "margin": 0.1, "segment": "origin=EWR"}

    (chart,) = drift(plan(facts, segment), measured(1))

    assert (chart.levels, chart.rule) == ((), "")


RULES = {
    "above": ({"margin": 0.1, "severe": 0.25}, [0.0, 0.1, 0.25], "Rule: more than 0.1 above 0, severe beyond 0.25."),
    "below": ({"margin": 0.02, "reference": 0.6, "direction": "down"}, [0.6, 0.58], "more than 0.02 below 0.6."),
    "both ways": (
        {"margin": 0.1, "reference": 1, "direction": "both"}, [1.0, 1.1, 0.9], "more than 0.1 away from 1."
    ),
    "a plan of another kind": ({"limit": 0.2}, [0.0], "Rule: a rule without a margin."),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "levels", "words"), RULES.values(), ids=RULES)
def test_a_chart_shows_the_levels_of_its_rule(
    rule: dict[str, object], levels: list[float], words: str, facts: ModelSnapshot
) -> None:
    (chart,) = drift(plan(facts, {"statistic": "psi", "column": "distance", **rule}), measured(1))

    assert [one.value for one in chart.levels] == pytest.approx(levels)
    assert chart.rule.endswith(words)


def test_each_window_is_shown_with_the_levels_of_the_plan_that_judged_it(facts: ModelSnapshot) -> None:
    rules = {"narrow": {"margin": 0.1, "severe": 0.2}, "wide": {"margin": 9.0}}
    by_width = {name: {"statistic": "psi", "column": "distance", **one} for name, one in rules.items()}
    planned = plan(plan(plan(facts, by_width["narrow"], number=7), number=8), by_width["wide"])
    windows = [measured(day) for day in (1, 3, 8, 15, 22)]
    plans = {"2013-04-07": 7, "2013-04-09": 7, "2013-04-14": 8}

    (chart,) = drift(planned, *windows, plans=plans)

    assert [[level.value for level in one.levels] for one in chart.former] == [[0.0, 0.1, 0.2], []]
    assert [one.until.isoformat() for one in chart.former] == ["2013-04-11", "2013-04-17"]
    assert [one.value for one in chart.levels] == [0.0, 9.0]
    assert chart.rule == (
        "Rule: more than 9 above 0. Up to 2013-04-17: no rule. "
        "Up to 2013-04-11: more than 0.1 above 0, severe beyond 0.2."
    )


def test_a_plan_without_a_judged_window_changes_no_chart(facts: ModelSnapshot) -> None:
    newer = plan(plan(facts, {"statistic": "psi", "column": "distance", "margin": 0.1}), number=10)

    (chart,) = drift(newer, measured(1))

    assert chart.rule == "Rule: more than 0.1 above 0."


def test_a_removed_rule_is_named_in_the_caption(facts: ModelSnapshot) -> None:
    rule = {"statistic": "psi", "column": "distance", "margin": 0.1}

    (chart,) = drift(plan(plan(facts, rule, number=8)), measured(1), measured(8), plans={"2013-04-07": 8})

    assert (chart.levels, chart.rule) == ((), "No rule. Up to 2013-04-10: more than 0.1 above 0.")


@pytest.mark.parametrize("statistic", [*OUTCOMES])
def test_every_statistic_of_a_rule_has_a_chart_with_its_levels(statistic: str, facts: ModelSnapshot) -> None:
    rule = {"statistic": statistic, "column": "score", "margin": 0.1, "reference": 0.3}

    figures = charts_of(facts_with(plan(facts, rule), measured(1, statistic, "score", value=0.3)))

    charts = [*figures.calibration, *figures.performance, *figures.rates]
    assert [[one.value for one in chart.levels] for chart in charts if chart.rule] == [pytest.approx([0.3, 0.4])]


def test_every_statistic_of_a_plan_has_its_chart() -> None:
    assert set(OUTCOMES) | set(DRIFTS) == set(STATISTICS)


def test_pages_are_counted_for_drawn_and_undrawn_windows(facts: ModelSnapshot) -> None:
    rule = {"statistic": "psi", "column": "distance", "margin": 0.1}
    every = facts_with(plan(facts, rule), *(measured(day, outcome="page") for day in (1, 8, 15)))

    (chart,) = charts_of(replace(every, drawn=every.drawn[-1:])).drift

    assert (chart.paged, chart.page_count) == (3, 1)


def test_null_rates_are_shown_if_they_moved_or_have_a_rule(facts: ModelSnapshot) -> None:
    rule = {"statistic": "null_rate", "column": "facts_with", "margin": 0.2}
    windows = [measured(1, "null_rate", "still", value=0.001), measured(1, "null_rate", "moved", value=-0.3)]

    charts = drift(plan(facts, rule), *windows, measured(1, "null_rate", "facts_with", value=0.0))

    assert [one.title for one in charts] == ["facts_with: missing", "moved: missing"]
    assert charts[0].number == "share"


def test_measurements_of_segments_are_not_drawn(facts: ModelSnapshot) -> None:
    assert drift(facts, measured(1, segment="origin=EWR")) == []


def test_of_windows_with_the_same_last_day_the_one_measured_last_counts(facts: ModelSnapshot) -> None:
    (chart,) = drift(facts, measured(1, value=0.1), measured(1, value=0.2), measured(8, value=0.3))

    assert [one.value for one in chart.points] == [0.2, 0.3]


def test_each_version_has_a_line_and_the_whole_model_another(facts: ModelSnapshot) -> None:
    windows = [measured(1, version=f"{MODEL}/versions/2"), measured(1), measured(8, version="")]

    (chart,) = drift(facts, *windows)

    assert sorted(line.name for line in chart.lines) == ["all versions", "v1", "v2"]


def test_a_measurement_without_a_value_keeps_its_reason(facts: ModelSnapshot) -> None:
    silent = measured(1, value=None, low=None, high=None, cannot_say=CannotSay.TOO_FEW_ROWS)

    (chart,) = drift(facts, silent)

    assert [(one.value, one.cannot_say) for one in chart.points] == [(None, "too few rows")]


def test_reversed_interval_bounds_are_sorted(facts: ModelSnapshot) -> None:
    (chart,) = drift(facts, measured(1, low=0.09, high=0.01))

    assert [(one.low, one.high) for one in chart.points] == [(0.01, 0.09)]


def test_each_drawing_has_a_unique_id(facts: ModelSnapshot) -> None:
    columns = ('a" onload="<b>', "a-b", "a_b", "a b")

    charts = drift(facts, *(measured(1, column=one) for one in columns))

    assert all(one.key.replace("-", "").isalnum() for one in charts)
    assert len({one.key for one in charts}) == len(columns)
    assert {one.title for one in charts} == {f"{one}: PSI" for one in columns}
