"""Judge a monitored window by its plan: the outcome of every rule and fault, and the alerts that result from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.logs.log_fault import LogFault, LogFaultKind
from data.queries.monitored_models import MonitoredModel
from data.queries.past_windows import PastWindow
from data.records.measurement import Measurement
from data.registry.commands.monitoring import Deviation
from monitoring import hard_fault
from monitoring.alert_rule import AlertOutcome, AlertState, EarlierWindow, Window, judge
from monitoring.hard_fault import FaultKind, HardFault
from monitoring.plan import Persistence, WatchRule
from monitoring.profile import Profile

HARD: Mapping[LogFaultKind, FaultKind] = {
    LogFaultKind.MISSING_PARTITION: FaultKind.MISSING_PARTITION,
    LogFaultKind.UNREADABLE: FaultKind.BROKEN_PARTITION,
    LogFaultKind.TOO_LARGE: FaultKind.BROKEN_PARTITION,
    LogFaultKind.OTHER_DAY: FaultKind.BROKEN_PARTITION,
    LogFaultKind.NO_ID: FaultKind.BROKEN_PARTITION,
    LogFaultKind.DUPLICATE_ID: FaultKind.BROKEN_PARTITION,
    LogFaultKind.MISSING_COLUMN: FaultKind.SCHEMA_CHANGE,
    LogFaultKind.WRONG_TYPE: FaultKind.SCHEMA_CHANGE,
    LogFaultKind.UNCOUNTED: FaultKind.SCHEMA_CHANGE,
    LogFaultKind.BAD_SCORE: FaultKind.INVALID_SCORES,
}
LABELS = "labels"
MOST_TEXTS = 3


@dataclass(frozen=True)
class JudgedWindow:
    """The outcomes of a window. `found` opens or extends alerts; `quiet` lists the subjects whose alerts end."""

    outcomes: tuple[AlertOutcome, ...]
    found: tuple[Deviation, ...]
    quiet: tuple[str, ...]

    @property
    def states(self) -> dict[str, str]:
        """Return the state by subject; several faults of one subject give one state."""
        return {one.about: one.state.value for one in self.outcomes}

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of outcomes in each state."""
        return {state.value: sum(one.state is state for one in self.outcomes) for state in AlertState}


def judge_window(
    monitored: MonitoredModel,
    rules: Sequence[WatchRule],
    measured: Iterable[Measurement],
    window: Window,
    hard: Sequence[HardFault],
    labels: Sequence[LogFault],
) -> JudgedWindow:
    """Judge what was measured in a window against the plan and the earlier windows of the same version.

    `labels` are the faults of the label log; a fault that leaves some labels usable becomes a warning.
    """
    needed, of = monitored.plan.persistence
    outcomes = judge(
        rules,
        measured,
        window,
        earlier_windows(monitored),
        hard,
        persistence=Persistence(needed=needed, of=of),
        minimum_rows=monitored.plan.minimum_rows,
    )
    version = monitored.champion.key if monitored.champion is not None else None
    found = (*_found_faults(outcomes), *_found_labels(labels), *_found_figures(outcomes, version, window))
    return JudgedWindow(outcomes, found, tuple(_quiet(monitored, rules, outcomes, found)))


def earlier_windows(monitored: MonitoredModel) -> list[EarlierWindow]:
    """Return the outcomes of the windows recorded before about the version that serves now."""
    return [_earlier(one) for one in monitored.windows]


def log_faults(faults: Iterable[LogFault], column: str = "") -> Iterator[HardFault]:
    """Yield log faults as hard faults; `column` is the log's name, empty for the log of predictions."""
    for fault in faults:
        kind = HARD[fault.kind]
        about = "score" if kind is FaultKind.INVALID_SCORES else column
        text = f"{fault.kind.text}: {fault.what} → {fault.remedy}"
        yield HardFault(kind=kind, column=about, partition=fault.where, text=text)


def broken_labels(faults: Iterable[LogFault]) -> Iterator[HardFault]:
    """Yield the label partitions that cannot be used at all, as hard faults."""
    return log_faults((one for one in faults if one.breaks), LABELS)


def column_faults(reference: Profile, days: Iterable[Profile]) -> Iterator[HardFault]:
    """Yield null surges and unit changes separately for each day, so that the first affected day is known."""
    for day in days:
        if day.rows:
            yield from hard_fault.column_faults(reference, day)


def _earlier(past: PastWindow) -> EarlierWindow:
    states = {about: AlertState(state) for about, state in past.outcomes.items()}
    return EarlierWindow(Window(past.first, past.last), states)


def _found_faults(outcomes: Iterable[AlertOutcome]) -> Iterator[Deviation]:
    """Yield one alert subject for all faults of one kind and column; it concerns the log, so it has no version."""
    alike: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.fault is not None:
            alike.setdefault(outcome.about, []).append(outcome.because)
    for about, texts in alike.items():
        yield Deviation(about=about, version=None, level="page", severe=True, text=_joined(texts))


def _found_labels(faults: Sequence[LogFault]) -> Iterator[Deviation]:
    """Yield one warning for each kind of flaw in the labels."""
    alike: dict[str, list[str]] = {}
    for fault in faults:
        if not fault.breaks:
            alike.setdefault(f"{LABELS}:{fault.kind}", []).append(fault.text)
    for about, texts in alike.items():
        yield Deviation(about=about, version=None, level="warning", text=_joined(texts))


def _joined(texts: Sequence[str]) -> str:
    more = f"; and {len(texts) - MOST_TEXTS} more" if len(texts) > MOST_TEXTS else ""
    return "; ".join(texts[:MOST_TEXTS]) + more


def _found_figures(outcomes: Iterable[AlertOutcome], version: str | None, window: Window) -> Iterator[Deviation]:
    for outcome in outcomes:
        rule, measurement = outcome.rule, outcome.measurement
        if rule is None or measurement is None or outcome.state not in (AlertState.WATCH, AlertState.PAGE):
            continue
        yield Deviation(
            about=outcome.about,
            version=version,
            level="page" if outcome.state is AlertState.PAGE else "warning",
            severe=outcome.severe,
            text=f"{_figure(measurement)}: {outcome.because}",
            value=measurement.value,
            low=measurement.low,
            high=measurement.high,
            threshold=rule.severe if outcome.severe else rule.margin,
        )


def _figure(measurement: Measurement) -> str:
    coverage = f", {measurement.coverage:.0%} of labels known" if measurement.coverage is not None else ""
    rows = f"{measurement.rows:,} rows{coverage}"
    interval = f"[{measurement.low:.3g}, {measurement.high:.3g}]"
    return f"{measurement.statistic} of {measurement.column} is {measurement.value:.3g} {interval}, {rows}"


def _quiet(
    monitored: MonitoredModel, rules: Sequence[WatchRule], outcomes: Sequence[AlertOutcome], found: Sequence[Deviation]
) -> Iterator[str]:
    """Yield the subjects that are quiet by their rule, and those of open alerts that have no rule and no new fault."""
    yield from (one.about for one in outcomes if one.state is AlertState.QUIET)
    ruled = {one.about for one in rules}
    again = {one.about for one in found}
    yield from sorted({one.about for one in monitored.alerts} - ruled - again)
