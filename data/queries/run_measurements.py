"""Selects the monitoring runs that a page draws, and reads their measurements: a chart of all runs would be unreadable.

The latest 31 runs are drawn. Of the year before them, the last run of each week and each run in which an alert began
are drawn. The measurements of the other runs stay stored under their digests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from data.errors import ArtifactError
from data.files.artifacts import ArtifactStore
from data.logs.measurements import WindowMeasurement, from_bytes
from data.records.monitoring import Alert, MonitoringRun

__all__ = ["RunMeasurements", "WindowMeasurement", "drawn_runs", "read_measurements"]

NEWEST = 31
DAYS, STEP = 366, 7


@dataclass(frozen=True)
class RunMeasurements:
    """A monitoring run with its measurements."""

    run: MonitoringRun
    measurements: tuple[WindowMeasurement, ...]


def drawn_runs(runs: Iterable[MonitoringRun], alerts: Iterable[Alert]) -> list[MonitoringRun]:
    """Return the runs that are drawn, by the last day of their window."""
    ordered = sorted(runs, key=lambda one: (one.to_date, one.ran_at))
    begun = {one.first_window for one in alerts}
    return [*_thinned(ordered[:-NEWEST], ordered[-1:], begun), *ordered[-NEWEST:]]


def _thinned(
    older: Sequence[MonitoringRun], newest: Sequence[MonitoringRun], begun: set[str]
) -> Iterator[MonitoringRun]:
    """Yield the older runs of a year that are drawn: the last of each week, and each in which an alert began."""
    ages = [(date.fromisoformat(newest[0].to_date) - date.fromisoformat(one.to_date)).days for one in older]
    week = {age // STEP: place for place, age in enumerate(ages)}
    for place, (run, age) in enumerate(zip(older, ages, strict=True)):
        if age < DAYS and (week[age // STEP] == place or run.to_date in begun):
            yield run


def read_measurements(store: ArtifactStore, runs: Iterable[MonitoringRun]) -> tuple[list[RunMeasurements], list[str]]:
    """Return the runs with their measurements, and a message for each run whose measurements cannot be read."""
    read: list[RunMeasurements] = []
    unreadable: list[str] = []
    for run in runs:
        try:
            read.append(RunMeasurements(run, from_bytes(store.read(run.measurements_digest))))
        except ArtifactError as error:
            unreadable.append(f"{run.to_date}: {error.what}")
    return read, unreadable
