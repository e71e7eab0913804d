"""Finds the days of predictions to which a partition of labels belongs, so that a late label changes only its own day.

The days are searched backwards from the day on which the labels became known, until every id is found. Results are
cached under the identities of both partitions: a run searches for new labels only, and for orphaned labels in new days
only.
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
"""The search covers so many days before the day on which the label became known; older predictions are not found."""

Searched = Iterable[tuple[str, date, Callable[[], pa.ChunkedArray]]]
"""Days to search, latest first: identity of the partition, day, and a function that reads its prediction ids."""

MOST_KEPT = 10_000
"""Up to this many orphaned ids are stored and searched for in new days only; with more, all days are searched again."""


@dataclass(frozen=True)
class LabelPlaces:
    """Result of a search: the number of labels found in each partition of predictions (by identity), and the orphans.

    `days` gives the day of each of these partitions; results stored by an earlier version of modelward may lack some.
    `orphans` counts labels without a prediction, `example` is one of their ids. `unsure` is True if a day that may
    contain their predictions is not written yet or cannot be read; the orphans are then not reported. `searched` are
    the partitions known not to contain them, `missing` the ids of the orphans (None when too many to store).
    """

    found: dict[str, int]
    days: dict[str, date] = field(default_factory=dict)
    orphans: int = 0
    example: str = ""
    unsure: bool = False
    searched: frozenset[str] = frozenset()
    missing: tuple[str, ...] | None = None

    def is_current(self, identities: Iterable[str], *, unsure: bool) -> bool:
        """Return True if the result is still valid for the current partition `identities`.

        All partitions with found labels must be unchanged, and with orphans there must be no partition that was not
        searched.
        """
        current = set(identities)
        return set(self.found) <= current and (
            self.orphans == 0 or (self.unsure == unsure and current <= self.searched)
        )

    def can_continue(self, identities: Iterable[str]) -> bool:
        """Return True if only the orphans must be searched for, in the new partitions, and the rest is valid."""
        return self.missing is not None and set(self.found) <= set(identities)

    def fault(self, where: str) -> LogFault | None:
        """Return the fault for labels without a prediction; None without orphans, or while `unsure`."""
        if not self.orphans or self.unsure:
            return None
        labels = "1 label has" if self.orphans == 1 else f"{self.orphans:,} labels have"
        what = f"{labels} no logged prediction, for example {self.example[:60]!a}"
        remedy = "write the same prediction id into both logs; these labels are not counted"
        return LogFault(LogFaultKind.ORPHAN_LABEL, where, what, remedy)

    def to_json(self) -> list[object]:
        """Return the result as JSON values."""
        missing = list(self.missing) if self.missing is not None else None
        days = {identity: day.isoformat() for identity, day in self.days.items()}
        return [self.found, self.orphans, self.example, self.unsure, sorted(self.searched), missing, days]

    @classmethod
    def from_json(cls, values: list[Any]) -> LabelPlaces:
        """Return the result that `to_json` wrote; earlier versions of modelward wrote fewer values."""
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
    """Search for prediction ids in these days, latest first. A day is read only while ids are missing."""
    return _searched(LabelPlaces({}), labelled, days)


def continue_search(known: LabelPlaces, days: Searched) -> LabelPlaces:
    """Search for the missing ids of an earlier result in the days that were not searched before."""
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
