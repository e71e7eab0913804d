"""Count the scores of a window's days against the labels known by now; a late label changes only its own day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import StatisticsError
from data.logs.label_join import LabelJoin, LabelledDay
from data.logs.log_fault import LogFault, LogFaultKind
from data.logs.model_logs import LabelPartition, LoggedDay, ModelLogs, touching
from data.text.counted import counted
from monitoring.score_file import CACHE_VERSION, from_bytes, to_bytes
from monitoring.scores import FAULTS, ScoreHistogram, count_scores

BEFORE = FAULTS[3]


@dataclass(frozen=True)
class LabelCounts:
    """Histograms of one version by day (ISO date), and the faults of the labels."""

    days: dict[str, ScoreHistogram]
    faults: tuple[LogFault, ...]

    @property
    def known(self) -> int:
        """Return the number of predictions with a label."""
        return sum(one.known for one in self.days.values())


def join_labels(
    logs: ModelLogs, days: Sequence[LoggedDay], version: str, now: datetime, join: LabelJoin
) -> LabelCounts:
    """Count scores against labels for one version (by its name in the log), from the cache where possible.

    Raises LogFormatError when the folder of labels cannot be interpreted.
    """
    if not days:
        return LabelCounts({}, ())
    labels = logs.label_partitions(days[0].day, now)
    joining = _Joining(logs, version, now, join)
    counted = {day.day.isoformat(): joining.count(day, tuple(touching(day, labels))) for day in days}
    faults = [fault for one in labels for fault in one.faults]
    faults += [fault for _, found in counted.values() for fault in found]
    faults += [fault for day, (histogram, _) in counted.items() for fault in _early(day, histogram)]
    return LabelCounts({day: histogram for day, (histogram, _) in counted.items()}, tuple(faults))


@dataclass
class _Joining:
    """The values that all days of one window share while their labels are joined."""

    logs: ModelLogs
    version: str
    now: datetime
    join: LabelJoin

    def count(self, day: LoggedDay, labels: tuple[LabelPartition, ...]) -> tuple[ScoreHistogram, list[LogFault]]:
        """Return one day's histogram and the faults of its labels."""
        cache, identity = self.logs.cache, (self.logs.mapping, day.identity, *(one.mark(self.now) for one in labels))
        histogram = _read(cache.get("scores", CACHE_VERSION, *identity, self.version))
        faults = cache.get("label faults", *identity)
        if histogram is not None and faults is not None:
            return histogram, [LogFault.from_json(one) for one in json.loads(faults)]
        joined = self.logs.label_day(day, labels, self.now, self.join)
        histogram = _counted(joined, self.version)
        cache.put(to_bytes(histogram), "scores", CACHE_VERSION, *identity, self.version)
        cache.put(json.dumps([one.to_json() for one in joined.faults]).encode(), "label faults", *identity)
        return histogram, list(joined.faults)


def _early(day: str, histogram: ScoreHistogram) -> Iterator[LogFault]:
    """Yield the fault of labels dated before their prediction, which are counted as unknown."""
    if rows := histogram.faulty.get(BEFORE):
        what = f"{counted(rows, 'label')} dated before the prediction"
        yield LogFault(
            LogFaultKind.EARLY_LABEL, f"date={day}", what, "write the UTC time at which the label became known"
        )


def _read(kept: bytes | None) -> ScoreHistogram | None:
    """Return the cached histogram, or None when there is none or it is damaged."""
    try:
        return None if kept is None else from_bytes(kept)
    except StatisticsError:
        return None


def _counted(joined: LabelledDay, version: str) -> ScoreHistogram:
    rows = joined.rows.filter(pc.equal(joined.rows["model_version"], version))
    return count_scores(*(_numbers(rows[name]) for name in ("score", "label", "age_days")))


def _numbers(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a column as numbers, with NaN for unknown values."""
    return np.asarray(column.to_numpy(), dtype=np.float64).reshape(-1)
