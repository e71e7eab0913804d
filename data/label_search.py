"""Which days' predictions a partition of labels is about: so that a late label touches its own day and no other.

The days are searched backwards from the day the label became known, until every id is found. What was found is kept by
the identities of both sides: a night searches its new labels only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.log_fault import FaultKind, LogFault

LOOK_BACK_DAYS = 120
"""A label that becomes known later than this many days after its prediction is not looked for."""

Searched = Iterable[tuple[str, Callable[[], pa.ChunkedArray]]]


@dataclass(frozen=True)
class LabelPlaces:
    """Where the predictions of a partition of labels are: rows by identity of their partition, and those nowhere.

    `example` is an id that no prediction has. `unsure`: a day that may hold them is not written yet or cannot be read,
    so nothing is said of them.
    """

    found: dict[str, int]
    orphans: int = 0
    example: str = ""
    unsure: bool = False

    def holds(self, identities: Iterable[str]) -> bool:
        """Whether this still says how things are: nothing was missing, and all that was found is there unchanged."""
        return self.orphans == 0 and set(self.found) <= set(identities)

    def fault(self, where: str) -> LogFault | None:
        """The fault of labels that belong to no prediction."""
        if not self.orphans or self.unsure:
            return None
        what = f"{self.orphans:,} labels belong to no logged prediction, {self.example[:60]!a} for one"
        remedy = "write the same prediction id into both logs; these labels count nowhere"
        return LogFault(FaultKind.ORPHAN_LABEL, where, what, remedy)

    def told(self) -> list[object]:
        """The places as JSON values."""
        return [self.found, self.orphans, self.example, self.unsure]

    @classmethod
    def read(cls, told: list[Any]) -> LabelPlaces:
        """The places that `told` wrote."""
        found, orphans, example, unsure = told
        return cls(found, orphans, example, unsure)


def search(labelled: pa.ChunkedArray, days: Searched, *, unsure: bool = False) -> LabelPlaces:
    """Look for prediction ids in the days handed in: (identity, how to read its ids), newest first.

    A day is read only while ids are missing. `unsure`: another day may hold some.
    """
    found: dict[str, int] = {}
    missing = labelled
    for identity, read in days:
        if not len(missing):
            break
        there = pc.is_in(missing, value_set=read().combine_chunks())
        rows = pc.sum(there).as_py() or 0
        if rows:
            found[identity] = rows
            missing = missing.filter(pc.invert(there))
    example = pc.min(missing).as_py() if len(missing) else ""
    return LabelPlaces(found, len(missing), example, unsure)
