"""Who is woken, and who is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from data.errors import StatisticsError
from data.records.measurement import CannotSay, Measurement
from monitoring import ks, psi
from monitoring.alert_rule import AlertOutcome, AlertState, Earlier, Window, beyond_reference, judge, worst
from monitoring.hard_fault import FaultKind, HardFault
from monitoring.plan import Persistence, WatchRule

MONDAY = date(2013, 4, 22)
THIS_WEEK = Window(MONDAY, MONDAY + timedelta(days=6))
PSI = WatchRule(statistic="psi", column="temp", margin=0.1, severe=0.25)
CALIBRATION = WatchRule(
    statistic="calibration", column="score", direction="both", reference=1.0, margin=0.1, severe=0.4
)
AUC = WatchRule(statistic="auc", column="score", direction="down", reference=0.75, margin=0.03)


def week(back: int, s: AlertState) -> Earlier:
    """An earlier week's state of psi:temp."""
    first = MONDAY - timedelta(weeks=back)
    return Earlier(Window(first, first + timedelta(days=6)), {"psi:temp": s})


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


def only(rule: WatchRule, measurement: Measurement | None, *history: Earlier, **options: Any) -> AlertOutcome:
    (outcome,) = judge([rule], [measurement] if measurement else [], THIS_WEEK, history, **options)
    return outcome


Q, W, P = AlertState.QUIET, AlertState.WATCH, AlertState.PAGE
UNKNOWN, SEASON = AlertState.CANNOT_SAY, AlertState.SEASONAL

ONE_WINDOW: dict[str, tuple[WatchRule, Measurement | None, AlertState]] = {
    "surely beyond the margin is a warning": (PSI, measured(PSI, 0.15), W),
    "beyond the margin by its value alone is quiet": (PSI, measured(PSI, 0.105), Q),
    "a large value without significance is quiet": (PSI, measured(PSI, 0.15, p_value=0.2), Q),
    "significance without size is quiet": (PSI, measured(PSI, 0.05), Q),
    "surely beyond the severe margin pages at once": (PSI, measured(PSI, 0.30), P),
    "beyond the severe margin by its value alone warns": (PSI, measured(PSI, 0.255), W),
    "no severe margin never pages at once": (AUC, measured(AUC, 0.2), W),
    "a drop is bad where down is bad": (AUC, measured(AUC, 0.70), W),
    "a rise is not": (AUC, measured(AUC, 0.90), Q),
    "too high is bad on both sides": (CALIBRATION, measured(CALIBRATION, 1.2), W),
    "too low is bad on both sides": (CALIBRATION, measured(CALIBRATION, 0.8), W),
    "in between is good on both sides": (CALIBRATION, measured(CALIBRATION, 1.05), Q),
    "far too low pages on both sides": (CALIBRATION, measured(CALIBRATION, 0.5), P),
    "not measured cannot say": (PSI, None, UNKNOWN),
    "unknown cannot say": (
        PSI,
        Measurement(statistic="psi", column="temp", value=None, cannot_say=CannotSay.TOO_FEW_ROWS),
        UNKNOWN,
    ),
    "a value without interval cannot say": (PSI, measured(PSI, 0.3, low=None, high=None), UNKNOWN),
    "a value without test cannot say": (PSI, measured(PSI, 0.3, p_value=None), UNKNOWN),
}


@pytest.mark.parametrize(("rule", "measurement", "state"), ONE_WINDOW.values(), ids=ONE_WINDOW.keys())
def test_one_window(rule: WatchRule, measurement: Measurement | None, state: AlertState) -> None:
    outcome = only(rule, measurement)
    assert outcome.state is state
    assert outcome.because


HISTORY: dict[str, tuple[list[Earlier], AlertState]] = {
    "a first time warns": ([], W),
    "the second of two weeks pages": ([week(1, s=W)], P),
    "the second of three weeks pages": ([week(2, s=W), week(1, s=Q)], P),
    "the second of four weeks warns": ([week(3, s=W), week(2, s=Q), week(1, s=Q)], W),
    "a page before counts": ([week(1, s=P)], P),
    "a week that was seasonal then counts": ([week(1, s=SEASON)], P),
    "a week that could not say is passed over": ([week(1, s=UNKNOWN), week(2, s=Q), week(3, s=W)], P),
    "a week that did not watch this is passed over": ([Earlier(week(1, s=Q).window, {}), week(2, s=W)], P),
    "windows that share a day with this one do not count": (
        [Earlier(Window(MONDAY - timedelta(days=6), MONDAY), {"psi:temp": W})],
        W,
    ),
    "windows that share days with each other count once": (
        [
            Earlier(Window(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1)), {"psi:temp": Q}),
            Earlier(Window(MONDAY - timedelta(days=8), MONDAY - timedelta(days=2)), {"psi:temp": W}),
        ],
        W,
    ),
    "the same week measured again does not count": ([Earlier(THIS_WEEK, {"psi:temp": W})], W),
    "later weeks do not count": ([week(-1, s=W)], W),
}


@pytest.mark.parametrize(("history", "state"), HISTORY.values(), ids=HISTORY.keys())
def test_persistence(history: list[Earlier], state: AlertState) -> None:
    assert only(PSI, measured(PSI, 0.15), *history).state is state
    assert only(PSI, measured(PSI, 0.15), *reversed(history)).state is state


def test_two_bad_weeks_do_not_page_on_a_good_one() -> None:
    assert only(PSI, measured(PSI, 0.02), week(1, s=W), week(2, s=W)).state is Q


def test_a_window_ends_on_its_last_day() -> None:
    assert Window.ending(date(2013, 4, 7), 7) == Window(date(2013, 4, 1), date(2013, 4, 7))


def test_the_plan_may_ask_for_more_windows() -> None:
    strict = Persistence(needed=3, of=4)
    assert only(PSI, measured(PSI, 0.15), week(1, s=W), persistence=strict).state is W
    assert only(PSI, measured(PSI, 0.15), week(1, s=W), week(3, s=W), persistence=strict).state is P


def test_a_window_of_fewer_rows_than_the_plan_asks_for_cannot_say() -> None:
    outcome = only(PSI, measured(PSI, 0.9, rows=499), minimum_rows=500)
    assert (outcome.state, outcome.because) == (UNKNOWN, "499 rows; the plan asks for 500")
    assert only(PSI, measured(PSI, 0.9, rows=500), minimum_rows=500).state is P


def test_a_seasonal_column_is_shown_with_its_rationale_and_never_paged() -> None:
    seasonal = PSI.model_copy(update={"seasonal": "follows the weather"})
    outcome = only(seasonal, measured(PSI, 0.9), week(1, s=SEASON), week(2, s=SEASON))
    assert (outcome.state, outcome.severe, outcome.windows) == (SEASON, True, 3)
    assert outcome.because.endswith("seasonal: follows the weather")
    assert only(seasonal, measured(PSI, 0.02)).state is Q
    assert only(PSI, measured(PSI, 0.9)).state is P


def test_a_hard_fault_pages_at_once_even_on_a_seasonal_column() -> None:
    fault = HardFault(kind=FaultKind.NULL_SURGE, column="temp", partition="2013-04-22", says="40 % are missing")
    seasonal = PSI.model_copy(update={"seasonal": "weather"})
    first, second = judge([seasonal], [measured(PSI, 0.02)], THIS_WEEK, faults=[fault])
    assert (first.state, first.severe, first.about, second.state) == (P, True, "null surge:temp", Q)
    assert first.because == "null surge in 2013-04-22: 40 % are missing"


def test_a_missing_partition_pages_without_naming_a_column() -> None:
    fault = HardFault(kind=FaultKind.MISSING_PARTITION, says="no file of 2013-04-22")
    (outcome,) = judge([], [], THIS_WEEK, faults=[fault])
    assert outcome.because == "missing partition: no file of 2013-04-22"


def columns(count: int, seasonal: str | None = None) -> list[WatchRule]:
    return [WatchRule(statistic="psi", column=f"c{i}", margin=0.1, seasonal=seasonal) for i in range(count)]


def test_a_p_value_that_is_small_alone_is_not_among_many() -> None:
    rules = columns(31)
    p_values = [0.01, *(0.5 for _ in rules[1:])]
    found = judge(rules, [measured(r, 0.2, p_value=p) for r, p in zip(rules, p_values, strict=True)], THIS_WEEK)
    assert {outcome.state for outcome in found} == {Q}
    assert found[0].adjusted_p == pytest.approx(0.31)
    assert only(rules[0], measured(rules[0], 0.2, p_value=0.01)).state is W


def test_expected_seasonal_shifts_do_not_loosen_the_test_for_the_others() -> None:
    watched = WatchRule(statistic="psi", column="x", margin=0.1)
    still, rules = columns(9), [watched, *columns(9)]
    season = [rule.model_copy(update={"column": f"s{i}"}) for i, rule in enumerate(columns(30, "weather"))]
    measurements = [measured(watched, 0.2, p_value=0.03)]
    measurements += [measured(rule, 0.2, p_value=0.5) for rule in still]
    measurements += [measured(rule, 0.9, p_value=1e-9) for rule in season]
    assert judge([*rules, *season], measurements, THIS_WEEK)[0].state is Q


def test_the_same_thing_measured_twice_is_refused() -> None:
    with pytest.raises(StatisticsError, match="measured twice: psi:temp"):
        judge([PSI], [measured(PSI, 0.1), measured(PSI, 0.2)], THIS_WEEK)


def test_segments_are_watched_apart() -> None:
    jfk = PSI.model_copy(update={"segment": "JFK"})
    outcomes = judge([PSI, jfk], [measured(PSI, 0.02), measured(PSI, 0.15, segment="JFK")], THIS_WEEK)
    assert [(one.about, one.state) for one in outcomes] == [("psi:temp", Q), ("psi:temp:JFK", W)]


def test_the_worst_state_stands_for_the_night() -> None:
    outcomes = judge([PSI, AUC, CALIBRATION], [measured(PSI, 0.15), measured(AUC, 0.75)], THIS_WEEK)
    assert [one.state for one in outcomes] == [W, Q, UNKNOWN]
    assert worst(outcomes) is W
    assert worst(outcomes[1:]) is UNKNOWN
    assert worst([]) is UNKNOWN


def test_beyond_is_measured_from_the_near_end_of_the_interval() -> None:
    assert beyond_reference(CALIBRATION, measured(CALIBRATION, 1.2)) == pytest.approx(0.19)
    assert beyond_reference(CALIBRATION, measured(CALIBRATION, 0.8)) == pytest.approx(0.19)
    assert beyond_reference(AUC, measured(AUC, 0.9)) == pytest.approx(-0.16)
    assert beyond_reference(AUC, measured(AUC, 0.9, low=None)) is None


def test_still_columns_page_nobody_and_a_real_shift_is_found(
    reference: Any, profile_of: Callable[..., Any], make_log: Callable[..., Any]
) -> None:
    watched = {"delay": ks, "hour": psi, "carrier": psi}
    rules = [WatchRule(statistic=s.STATISTIC, column=c, margin=0.1) for c, s in watched.items()]
    history: list[Earlier] = []
    for night in range(60):
        current = profile_of(make_log(1_000, 1_000 + night, shift=0.6 if night >= 58 else 0.0))
        figures = [statistic.measure(reference, current, column) for column, statistic in watched.items()]
        day = MONDAY + timedelta(days=night)
        outcomes = judge(rules, figures, Window(day, day), history)
        history.append(Earlier(Window(day, day), {one.about: one.state for one in outcomes}))
    assert {worst_of(h) for h in history[:58]} == {Q}
    assert [worst_of(h) for h in history[58:]] == [W, P]


def worst_of(earlier: Earlier) -> AlertState:
    order = list(AlertState)
    return max(earlier.states.values(), key=order.index)
