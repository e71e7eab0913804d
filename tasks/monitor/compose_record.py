"""Compose the command that records one model's monitoring run; it refers to the stored measurements by digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.logs.log_fault import LogFault
from data.logs.measurements import WindowMeasurement, to_bytes
from data.logs.model_logs import LoggedDay
from data.queries.monitored_models import MonitoredModel
from data.records.measurement import Measurement
from data.records.version import Version
from data.registry.commands.monitoring import RecordMonitoring, SeenConsumer
from tasks.monitor.find_partitions import NightWindows
from tasks.monitor.join_labels import LabelCounts
from tasks.monitor.judge_window import JudgedWindow
from tasks.monitor.measure_window import FIGURES, RESIDUAL
from tasks.monitor.profile_partitions import ProfiledDays

OUTCOME_STATISTICS = frozenset({*FIGURES, RESIDUAL})


@dataclass(frozen=True)
class MeasuredWindow:
    """The measurements of one model's window before they are judged.

    `refused` has a message for each statistic of a column that could not be computed. `altered` is about cached counts
    that somebody changed.
    """

    days: tuple[LoggedDay, ...]
    log_faults: tuple[LogFault, ...]
    profiled: ProfiledDays | None
    labelled: LabelCounts
    figures: tuple[Measurement, ...]
    refused: tuple[str, ...]
    altered: tuple[LogFault, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Every fault as text: of the logs, of counting, of the labels, of the cache, and of each statistic that was
        not computed."""
        counted = self.profiled.faults if self.profiled is not None else ()
        faults = (*self.log_faults, *counted, *self.labelled.faults, *self.altered)
        return (*(one.text for one in faults), *self.refused)


def compose_record(
    monitored: MonitoredModel,
    champion: Version,
    windows: NightWindows,
    measured: MeasuredWindow,
    judged: JudgedWindow,
    digest: str,
) -> RecordMonitoring:
    """Return the command; `digest` is that of the stored measurement batch."""
    return RecordMonitoring(
        model=monitored.model.key,
        plan=monitored.plan.key,
        from_date=windows.inputs.first.isoformat(),
        to_date=windows.inputs.last.isoformat(),
        versions=(champion.key,),
        rows=sum(day.rows_of(str(champion.number)) for day in measured.days),
        labelled=measured.labelled.known,
        partitions=tuple(day.identity for day in measured.days),
        faults=measured.faults,
        measurements_digest=digest,
        counts=judged.counts,
        outcomes=judged.states,
        headline=dict(_headline(measured.figures)),
        found=judged.found,
        quiet=judged.quiet,
        consumers=tuple(_consumers(measured.days)),
    )


def measurement_batch(
    champion: Version, windows: NightWindows, measured: MeasuredWindow, judged: JudgedWindow
) -> bytes:
    """Return every measurement with its days and the outcome of its rule, as one Parquet file."""
    ruled: Mapping[str, str] = {one.about: one.state.value for one in judged.outcomes if one.rule is not None}
    return to_bytes([_placed(champion, windows, one, ruled) for one in measured.figures], measured.faults)


def _placed(
    champion: Version, windows: NightWindows, figure: Measurement, ruled: Mapping[str, str]
) -> WindowMeasurement:
    """Return a measurement with its window, its rule and the outcome of this rule."""
    window = windows.outcomes if figure.statistic in OUTCOME_STATISTICS else windows.inputs
    about = ":".join(filter(None, (figure.statistic, figure.column, figure.segment)))
    return WindowMeasurement(
        version=champion.key,
        first_day=window.first.isoformat(),
        last_day=window.last.isoformat(),
        measurement=figure,
        rule=about if about in ruled else "",
        outcome=ruled.get(about, ""),
    )


def _consumers(days: Sequence[LoggedDay]) -> Iterator[SeenConsumer]:
    """Yield each consumer that used any version in the window, with row count and last time."""
    seen = [one for day in days for one in day.traffic]
    for name in sorted({one.consumer for one in seen}):
        traffic = [one for one in seen if one.consumer == name]
        last = max(one.last_at for one in traffic)
        yield SeenConsumer(system=name, rows=sum(one.rows for one in traffic), last_seen_at=last)


def _headline(figures: Sequence[Measurement]) -> Iterator[tuple[str, float | None]]:
    """Yield the values of the run's summary, by the name of each value.

    A performance figure is given as its name, with `_low` and `_high` for its interval; every other measurement as
    `statistic:column`.
    """
    for figure in figures:
        if figure.statistic not in OUTCOME_STATISTICS:
            yield f"{figure.statistic}:{figure.column}", figure.value
            continue
        yield figure.statistic, figure.value
        yield f"{figure.statistic}_low", figure.low
        yield f"{figure.statistic}_high", figure.high
