"""Which days of predictions a partition of labels belongs to, so that a late label changes only its own day.

The days are searched backwards from the day on which the label became known, until every id is found. Results are
cached by the identities of both partitions: a run searches new labels only, and orphaned labels in new days only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.logs.log_fault import LogFault, LogFaultKind

LOOK_BACK = timedelta(days=120)
"""A label that becomes known more than this after its prediction is not searched for."""

Searched = Iterable[tuple[str, date, Callable[[], pa.ChunkedArray]]]
"""Days to search, newest first: identity of the partition, day, and a function that reads its prediction ids."""

MOST_KEPT = 10_000
"""Up to this many orphaned ids are kept and searched for in new days only; with more, all days are searched again."""


@dataclass(frozen=True)
class LabelPlaces:
    """Where the predictions of a partition of labels are: the number of rows by partition identity, and the orphans.

    `days` are the days of these partitions by identity; an entry of an earlier modelward may lack some. `orphans`
    counts labels without a prediction, `example` is the id of one. `unsure`: a day that may hold them is not written
    yet or cannot be read, so they are not reported. `searched` are the partitions that do not hold them, `missing`
    their ids (None when they were not kept).
    """

    found: dict[str, int]
    days: dict[str, date] = field(default_factory=dict)
    orphans: int = 0
    example: str = ""
    unsure: bool = False
    searched: frozenset[str] = frozenset()
    missing: tuple[str, ...] | None = None

    def is_current(self, identities: Iterable[str], *, unsure: bool) -> bool:
        """Whether the result is still valid: every partition that was found is unchanged, and there is no new partition
        in which the orphans could be."""
        current = set(identities)
        return set(self.found) <= current and (
            self.orphans == 0 or (self.unsure == unsure and current <= self.searched)
        )

    def can_continue(self, identities: Iterable[str]) -> bool:
        """Whether it is enough to search for the orphans in the new partitions, because all else is still valid."""
        return self.missing is not None and set(self.found) <= set(identities)

    def fault(self, where: str) -> LogFault | None:
        """The fault of labels without a prediction; None when there are none, or when that is unsure."""
        if not self.orphans or self.unsure:
            return None
        what = f"{self.orphans:,} labels belong to no logged prediction, {self.example[:60]!a} for one"
        remedy = "write the same prediction id into both logs; these labels are not counted"
        return LogFault(LogFaultKind.ORPHAN_LABEL, where, what, remedy)

    def to_json(self) -> list[object]:
        """The places as JSON values."""
        missing = list(self.missing) if self.missing is not None else None
        days = {identity: day.isoformat() for identity, day in self.days.items()}
        return [self.found, self.orphans, self.example, self.unsure, sorted(self.searched), missing, days]

    @classmethod
    def from_json(cls, values: list[Any]) -> LabelPlaces:
        """The places that `to_json` wrote; an earlier modelward wrote fewer values."""
        found, orphans, example, unsure, *more = values
        searched, missing, days = more or ((), None, {})
        return cls(
            found,
            {identity: date.fromisoformat(day) for identity, day in days.items()},
            orphans,
            example,
            unsure,
            frozenset(searched),
            tuple(missing) if missing is not None else None,
        )


def search(labelled: pa.ChunkedArray, days: Searched) -> LabelPlaces:
    """Search for prediction ids in these days, newest first. A day is read only while ids are missing."""
    return _searched(LabelPlaces({}), labelled, days)


def search_on(known: LabelPlaces, days: Searched) -> LabelPlaces:
    """Search for the missing ids of an earlier result in the days that it did not search."""
    labelled = pa.chunked_array([pa.array(known.missing or (), pa.string())])
    return _searched(known, labelled, (one for one in days if one[0] not in known.searched))


def _searched(known: LabelPlaces, labelled: pa.ChunkedArray, days: Searched) -> LabelPlaces:
    found, held, searched = dict(known.found), dict(known.days), set(known.searched)
    missing = labelled
    places = iter(days)
    while len(missing) and (place := next(places, None)) is not None:
        identity, day, read = place
        searched.add(identity)
        there = pc.is_in(missing, value_set=read().combine_chunks())
        rows = pc.sum(there).as_py() or 0
        if rows:
            found[identity], held[identity] = rows, day
            missing = missing.filter(pc.invert(there))
    if not len(missing):
        return LabelPlaces(found, held)
    kept = tuple(missing.to_pylist()) if len(missing) <= MOST_KEPT else None
    return LabelPlaces(found, held, len(missing), pc.min(missing).as_py(), searched=frozenset(searched), missing=kept)
