"""The alert rule: the state of a figure after one window, after several windows, and with hard faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from data.errors import StatisticsError
from data.records.measurement import CannotSay, Measurement
from monitoring import ks, psi
from monitoring.alert_rule import AlertOutcome, AlertState, EarlierWindow, Window, beyond_reference, judge, worst
from monitoring.hard_fault import FaultKind, HardFault
from monitoring.plan import Persistence, WatchRule

MONDAY = date(2013, 4, 22)
THIS_WEEK = Window(MONDAY, MONDAY + timedelta(days=6))
PSI = WatchRule(statistic="psi", column="temp", margin=0.1, severe=0.25)
CALIBRATION = WatchRule(
    statistic="calibration", column="score", direction="both", reference=1.0, margin=0.1, severe=0.4
)
AUC = WatchRule(statistic="auc", column="score", direction="down", reference=0.75, margin=0.03)


def week(back: int, s: AlertState) -> EarlierWindow:
    """An earlier week with a state of psi:temp."""
    first = MONDAY - timedelta(weeks=back)
    return EarlierWindow(Window(first, first + timedelta(days=6)), {"psi:temp": s})


def measured(rule: WatchRule, value: float, half: float = 0.01, **changes: Any) -> Measurement:
    """A measurement with an interval of ± `half` and a small p-value."""
    return Measurement(
        **{
            "statistic": rule.statistic,
            "column": rule.column,
            "value": value,
            "low": value - half,
            "high": value + half,
            "p_value": 1e-6,
            "rows": 6_000,
            **changes,
        }
    )


def only(rule: WatchRule, measurement: Measurement | None, *history: EarlierWindow, **options: Any) -> AlertOutcome:
    (outcome,) = judge([rule], [measurement] if measurement else [], THIS_WEEK, history, **options)
    return outcome


Q, W, P = AlertState.QUIET, AlertState.WATCH, AlertState.PAGE
UNKNOWN, SEASON = AlertState.CANNOT_SAY, AlertState.SEASONAL

ONE_WINDOW: dict[str, tuple[WatchRule, Measurement | None, AlertState]] = {
    "a whole interval beyond the margin is a warning": (PSI, measured(PSI, 0.15), W),
    "an interval that contains the margin is quiet": (PSI, measured(PSI, 0.105), Q),
    "a large value without significance is quiet": (PSI, measured(PSI, 0.15, p_value=0.2), Q),
    "significance without size is quiet": (PSI, measured(PSI, 0.05), Q),
    "a whole interval beyond the severe margin is a page": (PSI, measured(PSI, 0.30), P),
    "an interval that contains the severe margin is a warning": (PSI, measured(PSI, 0.255), W),
    "a large deviation without a severe margin is a warning": (AUC, measured(AUC, 0.2), W),
    "a drop with direction down is a warning": (AUC, measured(AUC, 0.70), W),
    "a rise with direction down is quiet": (AUC, measured(AUC, 0.90), Q),
    "a high value with direction both is a warning": (CALIBRATION, measured(CALIBRATION, 1.2), W),
    "a low value with direction both is a warning": (CALIBRATION, measured(CALIBRATION, 0.8), W),
    "a value near the reference with direction both is quiet": (CALIBRATION, measured(CALIBRATION, 1.05), Q),
    "a very low value with direction both is a page": (CALIBRATION, measured(CALIBRATION, 0.5), P),
    "a figure that was not measured cannot say": (PSI, None, UNKNOWN),
    "a measurement that cannot say stays so": (
        PSI,
        Measurement(statistic="psi", column="temp", value=None, cannot_say=CannotSay.TOO_FEW_ROWS),
        UNKNOWN,
    ),
    "a value without interval cannot say": (PSI, measured(PSI, 0.3, low=None, high=None), UNKNOWN),
    "a value without test cannot say": (PSI, measured(PSI, 0.3, p_value=None), UNKNOWN),
}


@pytest.mark.parametrize(("rule", "measurement", "state"), ONE_WINDOW.values(), ids=ONE_WINDOW.keys())
def test_the_state_after_one_window(rule: WatchRule, measurement: Measurement | None, state: AlertState) -> None:
    outcome = only(rule, measurement)
    assert outcome.state is state
    assert outcome.because


HISTORY: dict[str, tuple[list[EarlierWindow], AlertState]] = {
    "a first window is a warning": ([], W),
    "the second of two weeks is a page": ([week(1, s=W)], P),
    "the second of three weeks is a page": ([week(2, s=W), week(1, s=Q)], P),
    "the second of four weeks is a warning": ([week(3, s=W), week(2, s=Q), week(1, s=Q)], W),
    "an earlier page counts": ([week(1, s=P)], P),
    "an earlier seasonal week counts": ([week(1, s=SEASON)], P),
    "a week that cannot say is skipped": ([week(1, s=UNKNOWN), week(2, s=Q), week(3, s=W)], P),
    "a week without this rule is skipped": ([EarlierWindow(week(1, s=Q).window, {}), week(2, s=W)], P),
    "windows that share a day with this one do not count": (
        [EarlierWindow(Window(MONDAY - timedelta(days=6), MONDAY), {"psi:temp": W})],
        W,
    ),
    "windows that share days with each other count once": (
        [
            EarlierWindow(Window(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1)), {"psi:temp": Q}),
            EarlierWindow(Window(MONDAY - timedelta(days=8), MONDAY - timedelta(days=2)), {"psi:temp": W}),
        ],
        W,
    ),
    "the same week measured again does not count": ([EarlierWindow(THIS_WEEK, {"psi:temp": W})], W),
    "later weeks do not count": ([week(-1, s=W)], W),
}


@pytest.mark.parametrize(("history", "state"), HISTORY.values(), ids=HISTORY.keys())
def test_the_state_after_several_windows(history: list[EarlierWindow], state: AlertState) -> None:
    assert only(PSI, measured(PSI, 0.15), *history).state is state
    assert only(PSI, measured(PSI, 0.15), *reversed(history)).state is state


def test_a_quiet_week_after_two_bad_weeks_is_quiet() -> None:
    assert only(PSI, measured(PSI, 0.02), week(1, s=W), week(2, s=W)).state is Q


def test_a_window_of_some_days_ends_on_its_last_day() -> None:
    assert Window.ending(date(2013, 4, 7), 7) == Window(date(2013, 4, 1), date(2013, 4, 7))


def test_the_plan_chooses_the_number_of_windows() -> None:
    strict = Persistence(needed=3, of=4)
    assert only(PSI, measured(PSI, 0.15), week(1, s=W), persistence=strict).state is W
    assert only(PSI, measured(PSI, 0.15), week(1, s=W), week(3, s=W), persistence=strict).state is P


def test_a_window_with_fewer_rows_than_the_plan_requires_cannot_say() -> None:
    outcome = only(PSI, measured(PSI, 0.9, rows=499), minimum_rows=500)
    assert (outcome.state, outcome.because) == (UNKNOWN, "499 rows; the plan requires 500")
    assert only(PSI, measured(PSI, 0.9, rows=500), minimum_rows=500).state is P


def test_a_seasonal_column_has_the_state_seasonal_with_its_rationale() -> None:
    seasonal = PSI.model_copy(update={"seasonal": "follows the weather"})
    outcome = only(seasonal, measured(PSI, 0.9), week(1, s=SEASON), week(2, s=SEASON))
    assert (outcome.state, outcome.severe, outcome.windows) == (SEASON, True, 3)
    assert outcome.because.endswith("seasonal: follows the weather")
    assert only(seasonal, measured(PSI, 0.02)).state is Q
    assert only(PSI, measured(PSI, 0.9)).state is P


def test_a_hard_fault_is_a_page_even_on_a_seasonal_column() -> None:
    fault = HardFault(kind=FaultKind.NULL_SURGE, column="temp", partition="2013-04-22", text="40 % are missing")
    seasonal = PSI.model_copy(update={"seasonal": "weather"})
    first, second = judge([seasonal], [measured(PSI, 0.02)], THIS_WEEK, faults=[fault])
    assert (first.state, first.severe, first.about, second.state) == (P, True, "null surge:temp", Q)
    assert first.because == "null surge in 2013-04-22: 40 % are missing"


def test_a_missing_partition_is_a_page_without_a_column() -> None:
    fault = HardFault(kind=FaultKind.MISSING_PARTITION, text="no file of 2013-04-22")
    (outcome,) = judge([], [], THIS_WEEK, faults=[fault])
    assert outcome.because == "missing partition: no file of 2013-04-22"


def columns(count: int, seasonal: str | None = None) -> list[WatchRule]:
    return [WatchRule(statistic="psi", column=f"c{i}", margin=0.1, seasonal=seasonal) for i in range(count)]


def test_a_small_p_value_among_many_is_not_significant() -> None:
    rules = columns(31)
    p_values = [0.01, *(0.5 for _ in rules[1:])]
    found = judge(rules, [measured(r, 0.2, p_value=p) for r, p in zip(rules, p_values, strict=True)], THIS_WEEK)
    assert {outcome.state for outcome in found} == {Q}
    assert found[0].adjusted_p == pytest.approx(0.31)
    assert only(rules[0], measured(rules[0], 0.2, p_value=0.01)).state is W


def test_seasonal_shifts_do_not_relax_the_test_of_other_rules() -> None:
    watched = WatchRule(statistic="psi", column="x", margin=0.1)
    still, rules = columns(9), [watched, *columns(9)]
    season = [rule.model_copy(update={"column": f"s{i}"}) for i, rule in enumerate(columns(30, "weather"))]
    measurements = [measured(watched, 0.2, p_value=0.03)]
    measurements += [measured(rule, 0.2, p_value=0.5) for rule in still]
    measurements += [measured(rule, 0.9, p_value=1e-9) for rule in season]
    assert judge([*rules, *season], measurements, THIS_WEEK)[0].state is Q


def test_two_measurements_of_one_figure_are_refused() -> None:
    with pytest.raises(StatisticsError, match="psi:temp was measured twice"):
        judge([PSI], [measured(PSI, 0.1), measured(PSI, 0.2)], THIS_WEEK)


def test_slices_are_judged_separately() -> None:
    jfk = PSI.model_copy(update={"segment": "JFK"})
    outcomes = judge([PSI, jfk], [measured(PSI, 0.02), measured(PSI, 0.15, segment="JFK")], THIS_WEEK)
    assert [(one.about, one.state) for one in outcomes] == [("psi:temp", Q), ("psi:temp:JFK", W)]


def test_the_worst_state_of_several_outcomes() -> None:
    outcomes = judge([PSI, AUC, CALIBRATION], [measured(PSI, 0.15), measured(AUC, 0.75)], THIS_WEEK)
    assert [one.state for one in outcomes] == [W, Q, UNKNOWN]
    assert worst(outcomes) is W
    assert worst(outcomes[1:]) is UNKNOWN
    assert worst([]) is UNKNOWN


def test_beyond_is_the_distance_to_the_nearer_end_of_the_interval() -> None:
    assert beyond_reference(CALIBRATION, measured(CALIBRATION, 1.2)) == pytest.approx(0.19)
    assert beyond_reference(CALIBRATION, measured(CALIBRATION, 0.8)) == pytest.approx(0.19)
    assert beyond_reference(AUC, measured(AUC, 0.9)) == pytest.approx(-0.16)
    assert beyond_reference(AUC, measured(AUC, 0.9, low=None)) is None


def test_unchanged_columns_give_no_page_and_a_real_shift_is_found(
    reference: Any, profile_of: Callable[..., Any], make_log: Callable[..., Any]
) -> None:
    watched = {"delay": ks, "hour": psi, "carrier": psi}
    rules = [WatchRule(statistic=s.STATISTIC, column=c, margin=0.1) for c, s in watched.items()]
    history: list[EarlierWindow] = []
    for night in range(60):
        current = profile_of(make_log(1_000, 1_000 + night, shift=0.6 if night >= 58 else 0.0))
        figures = [statistic.measure(reference, current, column) for column, statistic in watched.items()]
        day = MONDAY + timedelta(days=night)
        outcomes = judge(rules, figures, Window(day, day), history)
        history.append(EarlierWindow(Window(day, day), {one.about: one.state for one in outcomes}))
    assert {worst_of(h) for h in history[:58]} == {Q}
    assert [worst_of(h) for h in history[58:]] == [W, P]


def worst_of(earlier: EarlierWindow) -> AlertState:
    order = list(AlertState)
    return max(earlier.states.values(), key=order.index)
