"""Reads both logs of one model by day; a summary of each partition is cached, so that a run opens only new partitions.

The cache key of a summary is the content identity of the partition and the column mapping. A summary therefore never
goes stale, and a partition that is written again is read again.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, partial

import pyarrow as pa
import pyarrow.compute as pc

from data.files.home import Home
from data.logs.label_join import LabelJoin, LabelledDay
from data.logs.label_log import SCHEMA as LABELS
from data.logs.label_log import read_label_day
from data.logs.label_search import LOOK_BACK, LabelPlaces, Searched, continue_search, search
from data.logs.log_fault import LogFault, LogFaultKind
from data.logs.log_partition import ContentIdentities, Partition, logged_days, partition_of, partitions
from data.logs.prediction_log import ConsumerTraffic, PredictionDay, read_day, traffic_in
from data.logs.profile_cache import ProfileCache
from data.records.evidence import sha256_of
from data.records.instant import read_instant, write_instant
from data.records.model import Model
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)
FORMAT = "logs-1"
ROWS_IN_MEMORY = 2_000_000
NO_IDS = pa.chunked_array([], pa.string())


@dataclass(frozen=True)
class LoggedDay:
    """The summary of a day of predictions: partition, identity of its content, rows, traffic by consumer, faults."""

    partition: Partition
    identity: str
    rows: int
    traffic: tuple[ConsumerTraffic, ...]
    faults: tuple[LogFault, ...]

    @property
    def day(self) -> date:
        """The UTC day of the predictions."""
        return self.partition.day

    @property
    def broken(self) -> bool:
        """True if a fault prevents measuring the day."""
        return any(fault.breaks for fault in self.faults)

    def rows_of(self, version: str) -> int:
        """Return the number of predictions of a version, which is given by its name in the log."""
        return sum(one.rows for one in self.traffic if one.version == version)


@dataclass(frozen=True)
class LabelPartition:
    """The summary of a partition of labels: where their predictions are, the latest label's time (UTC), faults."""

    partition: Partition
    identity: str
    places: LabelPlaces
    latest: datetime | None
    faults: tuple[LogFault, ...]

    def mark(self, now: datetime) -> str:
        """Return the cache key of results from these labels: the identity, and `now` while some labels are in the
        future."""
        more_to_come = self.latest is not None and self.latest > now
        return f"{self.identity}@{write_instant(now)}" if more_to_come else self.identity


class ModelLogs:
    """The logs of one model in a home. All days are UTC days, and ranges include both ends."""

    def __init__(self, home: Home, model: Model) -> None:
        self.cache = ProfileCache(home.profiles, home.keys)
        self._columns = model.columns
        self._model = model.key
        self._predictions, self._labels = home.logs(model.key), home.labels(model.key)
        self._identities = ContentIdentities(self.cache, model.key)
        self._days: dict[date, LoggedDay | None] = {}
        self._read: dict[str, PredictionDay] = {}
        self._rows_in_memory = 0

    @cached_property
    def _logged(self) -> list[date]:
        return logged_days(self._predictions)

    @cached_property
    def mapping(self) -> str:
        """The digest of the column mapping and of the format of the summaries."""
        return sha256_of([FORMAT, self._columns.model_dump(mode="json")])

    def days(self, first: date, last: date) -> tuple[LoggedDay, ...]:
        """Return the summaries of the days from `first` to `last` that have predictions, by day.

        Raises LogFormatError for a folder `date=…` whose name is not a day.
        """
        found = (self._known(day) for day in self._between(first, last))
        return tuple(one for one in found if one is not None)

    def read(self, day: LoggedDay) -> PredictionDay:
        """Return the rows of a day; up to 2 million rows in total stay in memory as long as this object."""
        known = self._read.get(day.identity)
        return known if known is not None else self._opened(day.partition, day.identity)

    def label_partitions(self, first: date, now: datetime) -> tuple[LabelPartition, ...]:
        """Return the summaries of the labels that became known from the day `first` until `now` (UTC).

        Raises LogFormatError in the same cases as `days`.
        """
        return tuple(self._located(one, now.date()) for one in partitions(self._labels, first, now.date()))

    def label_day(
        self, day: LoggedDay, touching: Sequence[LabelPartition], now: datetime, join: LabelJoin
    ) -> LabelledDay:
        """Return the predictions of a day joined with the labels of the `touching` partitions that were known at
        `now`."""
        known = [read_label_day(one.partition, self._columns).known_at(now) for one in touching]
        labels = pa.concat_tables([LABELS.empty_table(), *known])
        return join.label(day.partition.folder.name, self.read(day).distinct, labels)

    def remember(self) -> None:
        """Write the digests of new files to the cache."""
        self._identities.remember()

    def altered(self) -> tuple[LogFault, ...]:
        """Return a fault for the cached counts that did not fit and were counted again; empty if all fitted."""
        names = self.cache.altered
        if not names:
            return ()
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        remedy = "find out who writes to this folder; the numbers of this run are right"
        what = f"not as they were written, and counted again: {names[0]}{more}"
        return (LogFault(LogFaultKind.ALTERED_CACHE, "profiles", what, remedy),)

    def _between(self, first: date, last: date) -> list[date]:
        return self._logged[bisect_left(self._logged, first) : bisect_right(self._logged, last)]

    def _known(self, day: date) -> LoggedDay | None:
        """Return the summary of a day; None when its folder has no file."""
        if day not in self._days:
            partition = partition_of(self._predictions, day)
            self._days[day] = self._summary_of(partition) if partition is not None else None
        return self._days[day]

    def _summary_of(self, partition: Partition) -> LoggedDay:
        identity = self._identities.of(partition)
        kept = self.cache.get("day", self.mapping, identity)
        if kept is None:
            kept = _summary(self._opened(partition, identity))
            self.cache.put(kept, "day", self.mapping, identity)
        return _logged(partition, identity, kept)

    def _opened(self, partition: Partition, identity: str) -> PredictionDay:
        opened = read_day(partition, self._columns)
        self._log(partition, len(opened.rows), opened.faults)
        if self._rows_in_memory + len(opened.rows) <= ROWS_IN_MEMORY:
            self._rows_in_memory += len(opened.rows)
            self._read[identity] = opened
        return opened

    def _located(self, partition: Partition, today: date) -> LabelPartition:
        identity = self._identities.of(partition)
        key = ("labels", self.mapping, identity)
        kept = self.cache.get(*key)
        known = _label_partition(partition, identity, kept) if kept is not None else None
        there = self._depends_on(known.places, partition.day) if known is not None else set()
        if known is not None and known.places.is_current(
            there, unsure=self._unsure(known.places, partition.day, today)
        ):
            return known
        if known is not None and known.places.can_continue(there):
            places = continue_search(known.places, self._newest_first(partition.day))
            latest, faults = known.latest, known.faults
        else:
            labels = read_label_day(partition, self._columns)
            self._log(partition, len(labels.rows), labels.faults)
            places = search(labels.rows["prediction_id"], self._newest_first(partition.day))
            latest, faults = pc.max(labels.rows["labelled_at"]).as_py(), labels.faults
        places = replace(places, unsure=self._unsure(places, partition.day, today))
        content = _label_summary(partition, places, latest, faults)
        self.cache.put(content, *key)
        return _label_partition(partition, identity, content)

    def _depends_on(self, places: LabelPlaces, last: date) -> set[str]:
        """Return the current identities of the days on which a search result depends.

        These are the days with labels that were found; with orphans, every day that could contain their predictions.
        """
        if places.orphans or len(places.days) < len(places.found):
            return {one.identity for one in self.days(last - LOOK_BACK, last)}
        return {one.identity for day in places.days.values() for one in self.days(day, day)}

    def _log(self, partition: Partition, rows: int, faults: Sequence[LogFault]) -> None:
        """Log the faults of a partition that was read. A cached partition is not read, so its faults are logged only
        once."""
        LOG.debug("log of %s: read %s, rows: %d", self._model, partition.folder, rows)
        for fault in faults:
            LOG.warning("log of %s: %s", self._model, fault.text)

    def _unsure(self, places: LabelPlaces, last: date, today: date) -> bool:
        """Return True if orphans may belong to a day that is not written yet or cannot be read."""
        if not places.orphans:
            return False
        candidates = self.days(last - LOOK_BACK, last)
        logged = bool(candidates) and candidates[-1].day == last < today
        return not logged or any(one.broken for one in candidates)

    def _newest_first(self, last: date) -> Searched:
        for day in reversed(self._between(last - LOOK_BACK, last)):
            for logged in self.days(day, day):
                yield logged.identity, logged.day, partial(self._ids, logged)

    def _ids(self, day: LoggedDay) -> pa.ChunkedArray:
        return NO_IDS if day.broken else self.read(day).rows["prediction_id"]


def touching(day: LoggedDay, labels: Sequence[LabelPartition]) -> Iterator[LabelPartition]:
    """Return the label partitions with at least one label for a prediction of the day."""
    return (one for one in labels if day.identity in one.places.found)


def _summary(day: PredictionDay) -> bytes:
    traffic = [[*one[:3], write_instant(one.last_at)] for one in traffic_in(day.rows)]
    return json.dumps([len(day.rows), traffic, [fault.to_json() for fault in day.faults]]).encode()


def _logged(partition: Partition, identity: str, kept: bytes) -> LoggedDay:
    rows, counts, faults = json.loads(kept)
    traffic = tuple(
        ConsumerTraffic(version, consumer, count, read_instant(last)) for version, consumer, count, last in counts
    )
    return LoggedDay(partition, identity, rows, traffic, tuple(map(LogFault.from_json, faults)))


def _label_summary(
    partition: Partition, places: LabelPlaces, latest: datetime | None, known: Sequence[LogFault]
) -> bytes:
    """Return the summary of a partition of labels as JSON bytes.

    The fault for orphans is derived from `places`; one in `known` may be out of date and is replaced.
    """
    faults = [one for one in known if one.kind is not LogFaultKind.ORPHAN_LABEL]
    orphaned = places.fault(f"labels of {partition.day}")
    if orphaned is not None:
        faults.append(orphaned)
    latest_at = write_instant(latest) if latest is not None else None
    return json.dumps([places.to_json(), latest_at, [fault.to_json() for fault in faults]]).encode()


def _label_partition(partition: Partition, identity: str, kept: bytes) -> LabelPartition:
    places, latest, faults = json.loads(kept)
    at = read_instant(latest) if latest is not None else None
    return LabelPartition(
        partition, identity, LabelPlaces.from_json(places), at, tuple(map(LogFault.from_json, faults))
    )
