"""Which days' predictions a partition of labels is about: so that a late label touches its own day and no other.

The days are searched backwards from the day the label became known, until every id is found. What was found is kept by
the identities of both sides: a night searches its new labels only, and what belongs to no prediction in new days only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.logs.log_fault import FaultKind, LogFault

LOOK_BACK = timedelta(days=120)
"""A label that becomes known later than so many days after its prediction is not looked for."""

Searched = Iterable[tuple[str, date, Callable[[], pa.ChunkedArray]]]


MOST_KEPT = 10_000
"""So many ids that no prediction has are kept, to be looked for in new days alone; of more, all days are searched."""


@dataclass(frozen=True)
class LabelPlaces:
    """Where the predictions of a partition of labels are: rows by identity of their partition, and those nowhere.

    `days` are the days of these partitions, by identity; not all of them as kept by an earlier modelward. `example` is
    an id that no prediction has. `unsure`: a day that may hold them is not written yet or cannot be read, so nothing is
    said of them. `searched` are the days that do not hold them, and `missing` the ids, None where they were not kept.
    """

    found: dict[str, int]
    days: dict[str, date] = field(default_factory=dict)
    orphans: int = 0
    example: str = ""
    unsure: bool = False
    searched: frozenset[str] = frozenset()
    missing: tuple[str, ...] | None = None

    def holds(self, identities: Iterable[str], *, unsure: bool) -> bool:
        """Whether this still says how things are: all that was found is there unchanged, and what was not found is in
        no day that was not searched."""
        there = set(identities)
        return set(self.found) <= there and (self.orphans == 0 or (self.unsure == unsure and there <= self.searched))

    def goes_on(self, identities: Iterable[str]) -> bool:
        """Whether what was not found can be looked for in the days that were not searched, and all else holds."""
        return self.missing is not None and set(self.found) <= set(identities)

    def fault(self, where: str) -> LogFault | None:
        """The fault of labels that belong to no prediction."""
        if not self.orphans or self.unsure:
            return None
        what = f"{self.orphans:,} labels belong to no logged prediction, {self.example[:60]!a} for one"
        remedy = "write the same prediction id into both logs; these labels count nowhere"
        return LogFault(FaultKind.ORPHAN_LABEL, where, what, remedy)

    def told(self) -> list[object]:
        """The places as JSON values."""
        missing = list(self.missing) if self.missing is not None else None
        days = {identity: day.isoformat() for identity, day in self.days.items()}
        return [self.found, self.orphans, self.example, self.unsure, sorted(self.searched), missing, days]

    @classmethod
    def read(cls, told: list[Any]) -> LabelPlaces:
        """The places that `told` wrote, by an earlier modelward too, which kept less."""
        found, orphans, example, unsure, *more = told
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
    """Look for prediction ids in the days handed in: (identity, day, how to read its ids), newest first.

    A day is read only while ids are missing.
    """
    return _searched(LabelPlaces({}), labelled, days)


def search_on(known: LabelPlaces, days: Searched) -> LabelPlaces:
    """Look for what was not found before in those of the days that were not searched then."""
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
