"""Which nights are drawn, out of all that were watched: years of nights on one chart show nothing and cost megabytes.

The newest are drawn one by one, of the year before one a week and those in which an alert began. What every other night
said stands on record, its measurements under their digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from data.errors import ArtifactError
from data.files.artifacts import ArtifactStore
from data.logs.measurements import WindowMeasurement, from_bytes
from data.records.monitoring import Alert, MonitoringRun

NEWEST = 31
DAYS, STEP = 366, 7


@dataclass(frozen=True)
class Night:
    """A night as it is drawn: its run, and what was measured."""

    run: MonitoringRun
    figures: tuple[WindowMeasurement, ...]


def drawn_runs(runs: Iterable[MonitoringRun], alerts: Iterable[Alert]) -> list[MonitoringRun]:
    """The runs that are drawn, by the last day of their window."""
    ordered = sorted(runs, key=lambda one: (one.to_date, one.ran_at))
    begun = {one.first_window for one in alerts}
    return [*_thinned(ordered[:-NEWEST], ordered[-1:], begun), *ordered[-NEWEST:]]


def _thinned(
    older: Sequence[MonitoringRun], newest: Sequence[MonitoringRun], begun: set[str]
) -> Iterator[MonitoringRun]:
    """Of the older ones of a year the last of each week, and those in which an alert began."""
    ages = [(date.fromisoformat(newest[0].to_date) - date.fromisoformat(one.to_date)).days for one in older]
    week = {age // STEP: place for place, age in enumerate(ages)}
    for place, (one, age) in enumerate(zip(older, ages, strict=True)):
        if age < DAYS and (week[age // STEP] == place or one.to_date in begun):
            yield one


def read_nights(store: ArtifactStore, runs: Iterable[MonitoringRun]) -> tuple[list[Night], list[str]]:
    """The nights with what was measured; and which nights' measurements cannot be read, with the reason."""
    read: list[Night] = []
    unread: list[str] = []
    for run in runs:
        try:
            read.append(Night(run, from_bytes(store.read(run.measurements_digest))))
        except ArtifactError as error:
            unread.append(f"{run.to_date}: {error.what}")
    return read, unread
