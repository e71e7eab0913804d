"""The result of a verification: the discrepancies found in the log, its copies or its state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

SHOWN_A_PLACE = 20
"""The number of findings listed for the events, and for each table; further findings are only counted."""


@dataclass(frozen=True)
class Discrepancy:
    """One discrepancy: `seq` is the event, `table` and `key` are the row, each None where it does not apply."""

    what: str
    seq: int | None = None
    table: str | None = None
    key: str | None = None


@dataclass
class Report:
    """The outcome: `anchored` is the largest size that an anchor proves, `first_bad_seq` the first event with a
    finding."""

    ok: bool = False
    events: int = 0
    anchored: int = 0
    assurance: str = "none"
    first_bad_seq: int | None = None
    findings: list[Discrepancy] = field(default_factory=list)


class Findings:
    """Collects findings and lists only the first 20 for each table, so that the report of a large broken log stays
    short."""

    def __init__(self) -> None:
        self._kept: list[Discrepancy] = []
        self._count: Counter[str | None] = Counter()

    def add(self, what: str, seq: int | None = None, table: str | None = None, key: str | None = None) -> None:
        """Record one finding."""
        self._count[table] += 1
        if self._count[table] <= SHOWN_A_PLACE:
            self._kept.append(Discrepancy(what, seq, table, key))

    def first_between(self, start: int, end: int) -> int | None:
        """Return the first event with a listed finding with `start` ≤ seq < `end`; None without one."""
        return min((f.seq for f in self._kept if f.seq is not None and start <= f.seq < end), default=None)

    def all(self) -> list[Discrepancy]:
        """Return the listed findings, and for each table the number of findings that are not listed."""
        more = [
            Discrepancy(f"findings not listed: {count - SHOWN_A_PLACE}", None, table)
            for table, count in self._count.items()
            if count > SHOWN_A_PLACE
        ]
        return self._kept + more
