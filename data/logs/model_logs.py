"""Both logs of one model, day by day, with what was learnt of each partition kept: a night opens only what is new.

What is kept lies under the content identity of the partition and the column mapping, so it never goes stale; a
partition that is written again is looked at again.
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
from data.logs.label_search import LOOK_BACK, LabelPlaces, Searched, search, search_on
from data.logs.log_fault import FaultKind, LogFault
from data.logs.log_partition import ContentIdentities, Partition, logged_days, partition_of, partitions
from data.logs.prediction_log import PredictionDay, Seen, read_day, seen_on
from data.logs.profile_cache import ProfileCache
from data.records.evidence import sha256_of
from data.records.instant import read_instant, write_instant
from data.records.model import Model

FORMAT = "logs-1"
ROWS_AT_HAND = 2_000_000
NO_IDS = pa.chunked_array([], pa.string())


@dataclass(frozen=True)
class LoggedDay:
    """A day of predictions as it is known: its partition, the identity of its content, who asked what, its faults."""

    partition: Partition
    identity: str
    rows: int
    seen: tuple[Seen, ...]
    faults: tuple[LogFault, ...]

    @property
    def day(self) -> date:
        """The UTC day."""
        return self.partition.day

    @property
    def broken(self) -> bool:
        """Whether the day cannot be measured."""
        return any(fault.breaks for fault in self.faults)

    def rows_of(self, version: str) -> int:
        """How many predictions a version made, by its name in the log."""
        return sum(one.rows for one in self.seen if one.version == version)


@dataclass(frozen=True)
class LabelPartition:
    """A day of labels as it is known: which predictions' days it is about, its faults, when its last label came."""

    partition: Partition
    identity: str
    places: LabelPlaces
    latest: datetime | None
    faults: tuple[LogFault, ...]

    def mark(self, now: datetime) -> str:
        """What a result that used its labels depends on: its identity, and the moment while some are still to come."""
        more_to_come = self.latest is not None and self.latest > now
        return f"{self.identity}@{write_instant(now)}" if more_to_come else self.identity


class ModelLogs:
    """The logs of one model under a home. Days handed in and out are UTC days, ranges include both ends."""

    def __init__(self, home: Home, model: Model) -> None:
        self.cache = ProfileCache(home.profiles)
        self._columns = model.columns
        self._predictions, self._labels = home.logs(model.key), home.labels(model.key)
        self._identities = ContentIdentities(self.cache, model.key)
        self._days: dict[date, LoggedDay | None] = {}
        self._read: dict[str, PredictionDay] = {}
        self._rows_at_hand = 0

    @cached_property
    def _logged(self) -> list[date]:
        return logged_days(self._predictions)

    @cached_property
    def mapping(self) -> str:
        """Digest of the column mapping and of the form in which things are kept."""
        return sha256_of([FORMAT, self._columns.model_dump(mode="json")])

    def days(self, first: date, last: date) -> tuple[LoggedDay, ...]:
        """The days of predictions that are there. Raises LogFormatError for a folder that names no day."""
        found = (self._known(day) for day in self._between(first, last))
        return tuple(one for one in found if one is not None)

    def read(self, day: LoggedDay) -> PredictionDay:
        """The rows of a day; small days stay at hand for as long as this object does."""
        known = self._read.get(day.identity)
        return known if known is not None else self._opened(day.partition, day.identity)

    def label_partitions(self, first: date, now: datetime) -> tuple[LabelPartition, ...]:
        """The labels that became known from the day `first` until now. Raises LogFormatError as `days`."""
        return tuple(self._placed(one, now.date()) for one in partitions(self._labels, first, now.date()))

    def label_day(
        self, day: LoggedDay, touching: Sequence[LabelPartition], now: datetime, join: LabelJoin
    ) -> LabelledDay:
        """A day's predictions with the labels that were known by `now`, from the partitions that are about it."""
        known = [read_label_day(one.partition, self._columns).known_at(now) for one in touching]
        labels = pa.concat_tables([LABELS.empty_table(), *known])
        return join.label(day.partition.folder.name, self.read(day).distinct, labels)

    def remember(self) -> None:
        """Keep what was learnt of the files."""
        self._identities.remember()

    def _between(self, first: date, last: date) -> list[date]:
        return self._logged[bisect_left(self._logged, first) : bisect_right(self._logged, last)]

    def _known(self, day: date) -> LoggedDay | None:
        """What is known of a day; None where its folder holds no file."""
        if day not in self._days:
            partition = partition_of(self._predictions, day)
            self._days[day] = self._summed_up(partition) if partition is not None else None
        return self._days[day]

    def _summed_up(self, partition: Partition) -> LoggedDay:
        identity = self._identities.of(partition)
        kept = self.cache.get("day", self.mapping, identity)
        if kept is None:
            kept = _summary(self._opened(partition, identity))
            self.cache.put(kept, "day", self.mapping, identity)
        return _logged(partition, identity, kept)

    def _opened(self, partition: Partition, identity: str) -> PredictionDay:
        opened = read_day(partition, self._columns)
        if self._rows_at_hand + len(opened.rows) <= ROWS_AT_HAND:
            self._rows_at_hand += len(opened.rows)
            self._read[identity] = opened
        return opened

    def _placed(self, partition: Partition, today: date) -> LabelPartition:
        identity = self._identities.of(partition)
        key = ("labels", self.mapping, identity)
        kept = self.cache.get(*key)
        known = _label_partition(partition, identity, kept) if kept is not None else None
        there = self._rests_on(known.places, partition.day) if known is not None else set()
        if known is not None and known.places.holds(there, unsure=self._unsure(known.places, partition.day, today)):
            return known
        if known is not None and known.places.goes_on(there):
            places = search_on(known.places, self._newest_first(partition.day))
            latest, faults = known.latest, known.faults
        else:
            labels = read_label_day(partition, self._columns)
            places = search(labels.rows["prediction_id"], self._newest_first(partition.day))
            latest, faults = pc.max(labels.rows["labelled_at"]).as_py(), labels.faults
        places = replace(places, unsure=self._unsure(places, partition.day, today))
        content = _label_summary(partition, places, latest, faults)
        self.cache.put(content, *key)
        return _label_partition(partition, identity, content)

    def _rests_on(self, places: LabelPlaces, last: date) -> set[str]:
        """The identities by now of the days that a finding rests on: those on which labels were found, and where some
        were found nowhere all that could hold them."""
        if places.orphans or len(places.days) < len(places.found):
            return {one.identity for one in self.days(last - LOOK_BACK, last)}
        return {one.identity for day in places.days.values() for one in self.days(day, day)}

    def _unsure(self, places: LabelPlaces, last: date, today: date) -> bool:
        """Whether labels that were found nowhere may belong to a day that is not written yet or cannot be read."""
        if not places.orphans:
            return False
        candidates = self.days(last - LOOK_BACK, last)
        logged = bool(candidates) and candidates[-1].day == last < today
        return not logged or any(one.broken for one in candidates)

    def _newest_first(self, last: date) -> Searched:
        for day in reversed(self._between(last - LOOK_BACK, last)):
            for one in self.days(day, day):
                yield one.identity, one.day, partial(self._ids, one)

    def _ids(self, day: LoggedDay) -> pa.ChunkedArray:
        return NO_IDS if day.broken else self.read(day).rows["prediction_id"]


def touching(day: LoggedDay, labels: Sequence[LabelPartition]) -> Iterator[LabelPartition]:
    """Those of the label partitions that hold a label of the day."""
    return (one for one in labels if day.identity in one.places.found)


def _summary(day: PredictionDay) -> bytes:
    seen = [[*one[:3], write_instant(one.last_at)] for one in seen_on(day.rows)]
    return json.dumps([len(day.rows), seen, [fault.told() for fault in day.faults]]).encode()


def _logged(partition: Partition, identity: str, kept: bytes) -> LoggedDay:
    rows, seen, faults = json.loads(kept)
    told = tuple(Seen(version, consumer, count, read_instant(last)) for version, consumer, count, last in seen)
    return LoggedDay(partition, identity, rows, told, tuple(map(LogFault.read, faults)))


def _label_summary(
    partition: Partition, places: LabelPlaces, latest: datetime | None, known: Sequence[LogFault]
) -> bytes:
    """What is kept of a partition of labels; of the `known` faults, that of orphans is told anew by the places."""
    faults = [one for one in known if one.kind is not FaultKind.ORPHAN_LABEL]
    orphaned = places.fault(f"labels of {partition.day}")
    if orphaned is not None:
        faults.append(orphaned)
    told = write_instant(latest) if latest is not None else None
    return json.dumps([places.told(), told, [fault.told() for fault in faults]]).encode()


def _label_partition(partition: Partition, identity: str, kept: bytes) -> LabelPartition:
    places, latest, faults = json.loads(kept)
    at = read_instant(latest) if latest is not None else None
    return LabelPartition(partition, identity, LabelPlaces.read(places), at, tuple(map(LogFault.read, faults)))
