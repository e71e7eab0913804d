"""What a verification found: every place where the log, its copies or its state do not hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

SHOWN_A_PLACE = 20
"""So many findings are listed for the events and for each table; the rest are counted."""


@dataclass(frozen=True)
class Discrepancy:
    """One thing that does not hold: `seq` names the event, `table` and `key` the row."""

    what: str
    seq: int | None = None
    table: str | None = None
    key: str | None = None


@dataclass
class Report:
    """The outcome: `anchored` is the largest size an anchor proves, `first_bad_seq` where the log breaks."""

    ok: bool = False
    events: int = 0
    anchored: int = 0
    assurance: str = "none"
    first_bad_seq: int | None = None
    findings: list[Discrepancy] = field(default_factory=list)


class Findings:
    """Collects findings, the first of each place; a broken log of a million events still gives a short report."""

    def __init__(self) -> None:
        self._kept: list[Discrepancy] = []
        self._count: Counter[str | None] = Counter()

    def add(self, what: str, seq: int | None = None, table: str | None = None, key: str | None = None) -> None:
        """Record one finding."""
        self._count[table] += 1
        if self._count[table] <= SHOWN_A_PLACE:
            self._kept.append(Discrepancy(what, seq, table, key))

    def first_between(self, start: int, end: int) -> int | None:
        """The first event already found bad among `start` ≤ seq < `end`, if any."""
        return min((f.seq for f in self._kept if f.seq is not None and start <= f.seq < end), default=None)

    def all(self) -> list[Discrepancy]:
        """Everything found, with the number of what is not listed."""
        more = [
            Discrepancy(f"{count - SHOWN_A_PLACE} more findings of this place are not listed", None, table)
            for table, count in self._count.items()
            if count > SHOWN_A_PLACE
        ]
        return self._kept + more
