"""Charts from what was measured: which there are, in which order, and what they are held against."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from data.measurements import WindowMeasurement
from data.records.measurement import CannotSay, Measurement
from data.records.model import MonitoringPlan
from modelward.report.facts import Facts
from modelward.report.figures import figures_of
from modelward.report.line_chart import LineChart
from tests.world import MODEL

FIRST = f"{MODEL}/versions/1"


def measured(day: int, statistic: str = "psi", column: str = "distance", **told: Any) -> WindowMeasurement:
    figures = {"value": 0.05, "low": 0.02, "high": 0.08, "rows": 900}
    window = {"version": FIRST, "first_day": f"2013-04-{day:02}", "last_day": f"2013-04-{day + 6:02}", "outcome": ""}
    for name in list(told):
        (window if name in window else figures)[name] = told[name]
    return WindowMeasurement(measurement=Measurement(statistic=statistic, column=column, **figures), **window)


def plan(facts: Facts, *rules: dict[str, object]) -> Facts:
    row = MonitoringPlan(
        key=f"{MODEL}/monitoring-plans/9", model=MODEL, number=9, rules=rules, rationale="",
        recorded_at=datetime(2013, 4, 1, tzinfo=UTC), recorded_by="dev",
    )  # fmt: skip
    return replace(facts, tables={**facts.tables, MonitoringPlan: (*facts.tables[MonitoringPlan], row)})


def drift(facts: Facts, *windows: WindowMeasurement) -> list[LineChart]:
    return list(figures_of(replace(facts, measured=windows)).drift)


def test_a_life_that_was_watched_has_every_figure(facts: Facts) -> None:
    figures = figures_of(facts)

    assert [one.title for one in figures.calibration] == ["Calibration: score ÷ label rate"]
    assert [one.title for one in figures.performance] == ["AUC", "Brier score", "Loss beyond expectation"]
    assert [one.title for one in figures.rates] == ["Scores and labels", "Coverage: labels known"]
    assert figures.drift[0].title == "distance: PSI"


def test_a_model_that_nobody_watched_has_none(facts: Facts) -> None:
    figures = figures_of(replace(facts, measured=()))

    assert figures.calibration == figures.performance == figures.rates == figures.drift == ()


def test_what_paged_comes_first_and_what_is_only_shown_last(facts: Facts) -> None:
    rules = [{"statistic": "psi", "column": name, "margin": 0.1} for name in ("quiet", "loud")]
    season = {"statistic": "psi", "column": "cold", "margin": 0.1, "seasonal": "winter"}
    windows = [measured(1, column=name) for name in ("shown", "cold", "quiet")]

    charts = drift(plan(facts, *rules, season), *windows, measured(1, column="loud", outcome="page"))

    assert [one.title.split(":")[0] for one in charts] == ["loud", "quiet", "cold", "shown"]
    assert [one.seasonal for one in charts] == ["", "", "winter", ""]


def test_the_newest_plan_counts_and_rules_of_segments_do_not(facts: Facts) -> None:
    segment = {"statistic": "psi", "column": "distance", "margin": 0.1, "segment": "origin=EWR"}

    (chart,) = drift(plan(facts, segment), measured(1))

    assert (chart.levels, chart.rule) == ((), "")


RULES = {
    "above": ({"margin": 0.1, "severe": 0.25}, [0.0, 0.1, 0.25], "Watched: more than 0.1 above 0, severe beyond 0.25."),
    "below": ({"margin": 0.02, "reference": 0.6, "direction": "down"}, [0.6, 0.58], "more than 0.02 below 0.6."),
    "both ways": (
        {"margin": 0.1, "reference": 1, "direction": "both"}, [1.0, 1.1, 0.9], "more than 0.1 away from 1."
    ),
    "a plan of another kind": ({"limit": 0.2}, [0.0], "Watched."),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "levels", "words"), RULES.values(), ids=RULES)
def test_a_chart_shows_what_its_rule_holds_it_against(
    rule: dict[str, object], levels: list[float], words: str, facts: Facts
) -> None:
    (chart,) = drift(plan(facts, {"statistic": "psi", "column": "distance", **rule}), measured(1))

    assert [one.value for one in chart.levels] == pytest.approx(levels)
    assert chart.rule.endswith(words)


def test_missing_values_are_shown_where_they_moved_or_are_watched(facts: Facts) -> None:
    rule = {"statistic": "null_rate", "column": "watched", "margin": 0.2}
    windows = [measured(1, "null_rate", "still", value=0.001), measured(1, "null_rate", "moved", value=-0.3)]

    charts = drift(plan(facts, rule), *windows, measured(1, "null_rate", "watched", value=0.0))

    assert [one.title for one in charts] == ["watched: missing", "moved: missing"]
    assert charts[0].number == "share"


def test_of_a_segment_nothing_is_drawn(facts: Facts) -> None:
    assert drift(facts, measured(1, segment="origin=EWR")) == []


def test_of_windows_that_end_on_one_day_the_last_one_measured_counts(facts: Facts) -> None:
    (chart,) = drift(facts, measured(1, value=0.1), measured(1, value=0.2), measured(8, value=0.3))

    assert [one.value for one in chart.points] == [0.2, 0.3]


def test_each_version_has_its_line_and_the_model_as_a_whole_one(facts: Facts) -> None:
    windows = [measured(1, version=f"{MODEL}/versions/2"), measured(1), measured(8, version="")]

    (chart,) = drift(facts, *windows)

    assert sorted(line.name for line in chart.lines) == ["all versions", "v1", "v2"]


def test_what_cannot_be_said_keeps_its_reason(facts: Facts) -> None:
    silent = measured(1, value=None, low=None, high=None, cannot_say=CannotSay.TOO_FEW_ROWS)

    (chart,) = drift(facts, silent)

    assert [(one.value, one.unsaid) for one in chart.points] == [(None, "too few rows")]


def test_bounds_that_were_recorded_the_other_way_round_are_put_in_order(facts: Facts) -> None:
    (chart,) = drift(facts, measured(1, low=0.09, high=0.01))

    assert [(one.low, one.high) for one in chart.points] == [(0.01, 0.09)]


def test_names_of_columns_become_names_of_drawings(facts: Facts) -> None:
    (chart,) = drift(facts, measured(1, column='a" onload="<b>'))

    assert chart.key.replace("-", "").isalnum()
    assert chart.title == 'a" onload="<b>: PSI'
