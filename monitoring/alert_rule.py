"""When is an alert raised? One pure rule over the measurements of a window, the plan and the earlier windows.

A figure is beyond its margin when its test is significant after Benjamini–Hochberg over the window and the near end of
its interval is further from the reference than the margin. One such window is a warning. Two of three windows that
share no day are a page; so is one window beyond the severe margin. A hard fault is always a page. A column declared
seasonal is shown and never paged. "Cannot say" is an outcome of its own and never a pass.

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
    """The outcome of one watched figure in one window."""

    QUIET = "quiet"
    SEASONAL = "seasonal: not paged"
    CANNOT_SAY = "cannot say"
    WATCH = "watch"
    PAGE = "page"


BEYOND = frozenset({AlertState.SEASONAL, AlertState.WATCH, AlertState.PAGE})


class Window(NamedTuple):
    """The days that were measured, both ends included."""

    first: date
    last: date

    @classmethod
    def ending(cls, last: date, days: int) -> Self:
        """The window of so many days that ends on a day."""
        return cls(last - timedelta(days=days - 1), last)


class Earlier(NamedTuple):
    """The states of an earlier window, by what the rule or fault is about."""

    window: Window
    states: Mapping[str, AlertState]


class AlertOutcome(BaseModel):
    """The outcome of one rule or one fault, with the measurement or fault that explains it.

    `beyond`: how far the near end of the interval lies beyond the reference; `adjusted_p`: the p-value after
    Benjamini–Hochberg; `windows`: the number of windows in which the figure was beyond its margin, this one included.
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


class _Seen(NamedTuple):
    """A rule with its measurement, or with why there is nothing to judge."""

    rule: WatchRule
    measurement: Measurement | None
    unsaid: str


def judge(
    rules: Sequence[WatchRule],
    measurements: Iterable[Measurement],
    window: Window,
    history: Iterable[Earlier] = (),
    faults: Iterable[HardFault] = (),
    *,
    persistence: Persistence | None = None,
    minimum_rows: int = 0,
) -> tuple[AlertOutcome, ...]:
    """One outcome for each fault, then one for each rule, in the given order.

    Measurements are matched to rules by statistic, column and segment; a rule without one cannot say. `history` may
    come in any order and may hold windows that overlap `window`: those are not counted.

    Raises:
        StatisticsError: two measurements of the same thing.
    """
    measured = _by_name(measurements)
    seen = [_seen(rule, measured.get(rule.about), minimum_rows) for rule in rules]
    # Seasonal shifts are expected to be found: in the family of the others they would loosen the test for all.
    p_values = {**_adjusted(seen, seasonal=False), **_adjusted(seen, seasonal=True)}
    earlier = sorted(history, key=lambda one: one.window.last, reverse=True)
    required = persistence or Persistence()
    return (
        *(_fault_outcome(fault) for fault in faults),
        *(_rule_outcome(one, p_values.get(one.rule.about), window, earlier, required) for one in seen),
    )


def worst(outcomes: Iterable[AlertOutcome]) -> AlertState:
    """The gravest state: page, watch, cannot say, seasonal, quiet, in that order; without an outcome, cannot say."""
    order = list(AlertState)
    ranked = sorted((one.state for one in outcomes), key=order.index)
    return ranked[-1] if ranked else AlertState.CANNOT_SAY


def beyond_reference(rule: WatchRule, measurement: Measurement) -> float | None:
    """How far the near end of the interval lies beyond the rule's reference; below 0 when it is not beyond.

    None without an interval.
    """
    if measurement.low is None or measurement.high is None:
        return None
    above, below = measurement.low - rule.reference, rule.reference - measurement.high
    return {Direction.UP: above, Direction.DOWN: below, Direction.BOTH: max(above, below)}[rule.direction]


def _by_name(measurements: Iterable[Measurement]) -> dict[str, Measurement]:
    """Measurements by what they are about."""
    named: dict[str, Measurement] = {}
    for measurement in measurements:
        about = ":".join(filter(None, (measurement.statistic, measurement.column, measurement.segment)))
        if about in named:
            raise StatisticsError(f"measured twice: {about}", "pass one measurement of each figure and window")
        named[about] = measurement
    return named


def _seen(rule: WatchRule, measurement: Measurement | None, minimum_rows: int) -> _Seen:
    """The rule with its measurement, or with why it cannot say."""
    if measurement is None:
        return _Seen(rule, None, "not measured")
    if measurement.cannot_say is not None:
        return _Seen(rule, measurement, measurement.cannot_say.value)
    if measurement.rows < minimum_rows:
        return _Seen(rule, measurement, f"{measurement.rows} rows; the plan asks for {minimum_rows}")
    if measurement.p_value is None or measurement.low is None:
        return _Seen(rule, measurement, "a value without interval or test: too few days")
    return _Seen(rule, measurement, "")


def _adjusted(seen: Sequence[_Seen], *, seasonal: bool) -> dict[str, float]:
    """Adjusted p-values of one family by what they are about."""
    family = {
        one.rule.about: one.measurement.p_value
        for one in seen
        if one.measurement is not None
        and one.measurement.p_value is not None
        and not one.unsaid
        and (one.rule.seasonal is not None) == seasonal
    }
    return dict(zip(family, adjusted(list(family.values())), strict=True))


def _fault_outcome(fault: HardFault) -> AlertOutcome:
    """A hard fault pages at once."""
    where = f" in {fault.partition}" if fault.partition else ""
    because = f"{fault.kind.value}{where}: {fault.says}"
    return AlertOutcome(about=fault.about, state=AlertState.PAGE, severe=True, because=because, fault=fault)


def _rule_outcome(
    seen: _Seen, p_value: float | None, window: Window, earlier: Sequence[Earlier], persistence: Persistence
) -> AlertOutcome:
    """The outcome of one rule."""
    rule, measurement = seen.rule, seen.measurement
    beyond = None if measurement is None else beyond_reference(rule, measurement)
    base = AlertOutcome(
        about=rule.about, state=AlertState.CANNOT_SAY, because=seen.unsaid, rule=rule, measurement=measurement
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
    """The state of a figure that can be judged."""
    if not exceeded:
        return AlertState.QUIET
    if rule.seasonal is not None:
        return AlertState.SEASONAL
    return AlertState.PAGE if paged else AlertState.WATCH


def _times_beyond(about: str, window: Window, earlier: Sequence[Earlier], most: int) -> int:
    """In how many of the latest `most` windows, sharing no day with each other, the figure was beyond its margin.

    Windows that could not say are passed over: they neither count nor take a place.
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
    """The outcome in one sentence."""
    if state is AlertState.QUIET:
        return f"not surely more than {rule.margin:g} from {rule.reference:g} (adjusted p {p_value:.2g})"
    limit = f"severe margin {rule.severe:g}" if severe else f"margin {rule.margin:g}"
    distance = f"at least {beyond:.3g} from {rule.reference:g}, {limit}, adjusted p {p_value:.2g}"
    if state is AlertState.SEASONAL:
        return f"{distance}; seasonal: {rule.seasonal}"
    return distance if severe else f"{distance}; {windows} of {needed.of} windows, {needed.needed} page"
