"""Decide which alerts a window raises, from its measurements, the monitoring plan and the earlier windows.

A figure is beyond its margin if its test is significant after the Benjamini–Hochberg adjustment over the window, and
the whole interval is further from the reference than the margin. One such window gives an alert of level warning. Two
of three windows without a common day give an alert of level page, and so does one window beyond the severe margin. A
hard fault always gives level page. A seasonal column is shown and never paged. "Cannot say" is a state of its own.

Sources: Benjamini and Hochberg (1995), JRSS B 57, 289–300; Altman and Bland (1995), BMJ 311:485 (absence of evidence).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from data.errors import StatisticsError
from data.records.measurement import Measurement
from monitoring.hard_fault import HardFault
from monitoring.multiplicity import adjusted
from monitoring.plan import Direction, Persistence, WatchRule

FALSE_DISCOVERY_RATE = 0.05


class AlertState(StrEnum):
    """The state of one monitored figure in one window, in rising order of severity."""

    QUIET = "quiet"
    SEASONAL = "seasonal: not paged"
    CANNOT_SAY = "cannot say"
    WATCH = "watch"
    PAGE = "page"


BEYOND = frozenset({AlertState.SEASONAL, AlertState.WATCH, AlertState.PAGE})


class Window(NamedTuple):
    """The first and the last day that were measured, both included."""

    first: date
    last: date

    @classmethod
    def ending(cls, last: date, days: int) -> Self:
        """Return the window of `days` days that ends on the day `last`."""
        return cls(last - timedelta(days=days - 1), last)


class EarlierWindow(NamedTuple):
    """An earlier window and its states, keyed by `about` of the rule or the fault."""

    window: Window
    states: Mapping[str, AlertState]


class AlertOutcome(BaseModel):
    """The state of one rule or one fault, with the measurement or fault that explains it.

    `beyond`: distance from the reference to the nearer end of the interval, below 0 if the interval contains the
    reference; `adjusted_p`: the p-value after Benjamini–Hochberg; `windows`: the number of windows in which the figure
    was beyond its margin, including this one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    about: str
    state: AlertState
    severe: bool = False
    because: str
    rule: WatchRule | None = None
    measurement: Measurement | None = None
    fault: HardFault | None = None
    beyond: float | None = None
    adjusted_p: float | None = None
    windows: int = 0


class _MatchedRule(NamedTuple):
    """A rule with its measurement; `obstacle` is the reason why the rule cannot be judged, or empty."""

    rule: WatchRule
    measurement: Measurement | None
    obstacle: str


def judge(
    rules: Sequence[WatchRule],
    measurements: Iterable[Measurement],
    window: Window,
    history: Iterable[EarlierWindow] = (),
    faults: Iterable[HardFault] = (),
    *,
    persistence: Persistence | None = None,
    minimum_rows: int = 0,
) -> tuple[AlertOutcome, ...]:
    """Return one outcome for each fault, then one for each rule, in the given order.

    A measurement belongs to the rule with the same statistic, column and slice (`segment`); a rule without a
    measurement cannot say. `history` may be in any order; a window that overlaps `window` is not counted.

    Raises:
        StatisticsError: two measurements have the same statistic, column and slice.
    """
    measured = _by_name(measurements)
    matched = [_matched(rule, measured.get(rule.about), minimum_rows) for rule in rules]
    # Seasonal shifts are expected: adjusted together with the others, they would relax the test of all figures.
    p_values = {**_adjusted(matched, seasonal=False), **_adjusted(matched, seasonal=True)}
    earlier = sorted(history, key=lambda one: one.window.last, reverse=True)
    required = persistence or Persistence()
    return (
        *(_fault_outcome(fault) for fault in faults),
        *(_rule_outcome(one, p_values.get(one.rule.about), window, earlier, required) for one in matched),
    )


def worst(outcomes: Iterable[AlertOutcome]) -> AlertState:
    """Return the most severe state, in the order of `AlertState`; `CANNOT_SAY` if there is no outcome."""
    order = list(AlertState)
    ranked = sorted((one.state for one in outcomes), key=order.index)
    return ranked[-1] if ranked else AlertState.CANNOT_SAY


def beyond_reference(rule: WatchRule, measurement: Measurement) -> float | None:
    """Return the distance from the reference of the rule to the nearer end of the interval; None without an interval.

    The distance is below 0 if the interval contains the reference or lies in the harmless direction.
    """
    if measurement.low is None or measurement.high is None:
        return None
    above, below = measurement.low - rule.reference, rule.reference - measurement.high
    return {Direction.UP: above, Direction.DOWN: below, Direction.BOTH: max(above, below)}[rule.direction]


def _by_name(measurements: Iterable[Measurement]) -> dict[str, Measurement]:
    """Return the measurements keyed by statistic, column and slice."""
    named: dict[str, Measurement] = {}
    for measurement in measurements:
        about = ":".join(filter(None, (measurement.statistic, measurement.column, measurement.segment)))
        if about in named:
            raise StatisticsError(f"{about} was measured twice", "pass one measurement for each figure and window")
        named[about] = measurement
    return named


def _matched(rule: WatchRule, measurement: Measurement | None, minimum_rows: int) -> _MatchedRule:
    """Return the rule with its measurement and the reason, if any, why it cannot be judged."""
    if measurement is None:
        return _MatchedRule(rule, None, "not measured")
    if measurement.cannot_say is not None:
        return _MatchedRule(rule, measurement, measurement.cannot_say.value)
    if measurement.rows < minimum_rows:
        return _MatchedRule(rule, measurement, f"{measurement.rows} rows; the plan requires {minimum_rows}")
    if measurement.p_value is None or measurement.low is None:
        return _MatchedRule(rule, measurement, "a value without an interval or a test: too few days")
    return _MatchedRule(rule, measurement, "")


def _adjusted(matched: Sequence[_MatchedRule], *, seasonal: bool) -> dict[str, float]:
    """Return the adjusted p-values of the seasonal rules, or of the others, keyed by `about` of the rule."""
    family = {
        one.rule.about: one.measurement.p_value
        for one in matched
        if one.measurement is not None
        and one.measurement.p_value is not None
        and not one.obstacle
        and (one.rule.seasonal is not None) == seasonal
    }
    return dict(zip(family, adjusted(list(family.values())), strict=True))


def _fault_outcome(fault: HardFault) -> AlertOutcome:
    """Return the outcome of a hard fault, which is always PAGE."""
    where = f" in {fault.partition}" if fault.partition else ""
    because = f"{fault.kind.value}{where}: {fault.text}"
    return AlertOutcome(about=fault.about, state=AlertState.PAGE, severe=True, because=because, fault=fault)


def _rule_outcome(
    matched: _MatchedRule,
    p_value: float | None,
    window: Window,
    earlier: Sequence[EarlierWindow],
    persistence: Persistence,
) -> AlertOutcome:
    """Return the outcome of one rule."""
    rule, measurement = matched.rule, matched.measurement
    beyond = None if measurement is None else beyond_reference(rule, measurement)
    base = AlertOutcome(
        about=rule.about, state=AlertState.CANNOT_SAY, because=matched.obstacle, rule=rule, measurement=measurement
    )
    if p_value is None or beyond is None:
        return base
    found = p_value <= FALSE_DISCOVERY_RATE
    exceeded = found and beyond > rule.margin
    severe = exceeded and rule.severe is not None and beyond > rule.severe
    windows = int(exceeded) + _times_beyond(rule.about, window, earlier, persistence.of - 1)
    state = _state(rule, exceeded=exceeded, paged=severe or windows >= persistence.needed)
    because = _because(rule, beyond, p_value, state, windows, persistence, severe=severe)
    changed = {"beyond": beyond, "adjusted_p": p_value, "windows": windows, "severe": severe}
    return base.model_copy(update={"state": state, "because": because, **changed})


def _state(rule: WatchRule, *, exceeded: bool, paged: bool) -> AlertState:
    """Return the state of a figure that can be judged."""
    if not exceeded:
        return AlertState.QUIET
    if rule.seasonal is not None:
        return AlertState.SEASONAL
    return AlertState.PAGE if paged else AlertState.WATCH


def _times_beyond(about: str, window: Window, earlier: Sequence[EarlierWindow], most: int) -> int:
    """Return the number of earlier windows in which the figure was beyond its margin, among the latest `most` windows.

    Only windows without a common day are used, and windows whose state is CANNOT_SAY are skipped.
    """
    times, first, left = 0, window.first, most
    for past in earlier:
        state = past.states.get(about, AlertState.CANNOT_SAY)
        if left == 0 or past.window.last >= first or state is AlertState.CANNOT_SAY:
            continue
        times, first, left = times + (state in BEYOND), past.window.first, left - 1
    return times


def _because(
    rule: WatchRule,
    beyond: float,
    p_value: float,
    state: AlertState,
    windows: int,
    needed: Persistence,
    *,
    severe: bool,
) -> str:
    """Return the reason for the state as one sentence."""
    if state is AlertState.QUIET:
        return f"not shown to be more than {rule.margin:g} from {rule.reference:g} (adjusted p {p_value:.2g})"
    limit = f"severe margin {rule.severe:g}" if severe else f"margin {rule.margin:g}"
    distance = f"at least {beyond:.3g} from {rule.reference:g}, {limit}, adjusted p {p_value:.2g}"
    if state is AlertState.SEASONAL:
        return f"{distance}; seasonal: {rule.seasonal}"
    return distance if severe else f"{distance}; {windows} of {needed.of} windows, {needed.needed} make a page"
