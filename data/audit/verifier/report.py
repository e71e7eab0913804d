"""The result of a verification: the discrepancies found in the log, its copies or its state."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

SHOWN_A_PLACE = 20
"""The number of findings listed for the events, and for each table; further findings are only counted."""

LONGEST = 1_000
"""The greatest number of characters of a finding's text, table or key, because the files may be hostile."""


@dataclass(frozen=True)
class Discrepancy:
    """One discrepancy: `seq` is the event, `table` and `key` are the row, `store` is the folder of the stored file
    (`artifacts`, `inbox`, `backups`), each None where it does not apply."""

    what: str
    seq: int | None = None
    table: str | None = None
    key: str | None = None
    store: str | None = None


@dataclass
class Report:
    """The outcome: `anchored` is the largest size that an anchor proves, `judged` the number of events that were judged
    again, `first_bad_seq` the first event with a finding. `stamped` is the largest size with a valid time stamp, and
    `stamped_at` its time; `unchecked` says what could not be checked, and why. `since` is the size of
    the trusted checkpoint after which the verification began, 0 for a whole one."""

    ok: bool = False
    events: int = 0
    anchored: int = 0
    assurance: str = "none"
    judged: int = 0
    first_bad_seq: int | None = None
    findings: list[Discrepancy] = field(default_factory=list)
    stamped: int = 0
    stamped_at: str = ""
    unchecked: list[str] = field(default_factory=list)
    since: int = 0


class Findings:
    """Collects findings and lists only the first 20 for each table, so that the report of a large broken log stays
    short. The number of the event is kept of every finding, listed or not."""

    def __init__(self) -> None:
        self._kept: list[Discrepancy] = []
        self._count: Counter[str | None] = Counter()
        self._seqs = array("q")
        self._store: str | None = None
        self.remarks: list[str] = []

    def add(self, what: str, seq: int | None = None, table: str | None = None, key: str | None = None) -> None:
        """Record one finding. Characters that a terminal cannot show are escaped, and long texts are cut."""
        table = None if table is None else _printable(table)
        if seq is not None:
            self._seqs.append(seq)
        self._count[table] += 1
        if self._count[table] <= SHOWN_A_PLACE:
            named = None if key is None else _printable(key)
            self._kept.append(Discrepancy(_printable(what), seq, table, named, self._store))

    def remark(self, what: str) -> None:
        """Record what could not be checked, although nothing wrong was found."""
        self.remarks.append(_printable(what))

    @contextmanager
    def catching(self, thing: str, seq: int | None = None, table: str | None = None) -> Iterator[None]:
        """Make an exception of the block a finding about `thing`, so that the verification of the rest goes on.

        A lack of memory for DuckDB ends the block: the caller repeats the verification with more.
        """
        try:
            yield
        except duckdb.OutOfMemoryException:
            raise
        except Exception as broken:  # noqa: BLE001 - whatever a hostile file provokes is a finding about that file
            self.add(f"{thing} cannot be read: {type(broken).__name__}: {broken}", seq=seq, table=table)

    @contextmanager
    def in_store(self, name: str) -> Iterator[None]:
        """Name the folder of stored files in each finding of the block."""
        former, self._store = self._store, name
        try:
            yield
        finally:
            self._store = former

    def first_between(self, start: int, end: int) -> int | None:
        """Return the first event with a finding with `start` ≤ seq < `end`; None without one."""
        return min((seq for seq in self._seqs if start <= seq < end), default=None)

    def first(self) -> int | None:
        """Return the first event with a finding, listed or not; None without one."""
        return min(self._seqs, default=None)

    def all(self) -> list[Discrepancy]:
        """Return the listed findings, and for each table the number of findings that are not listed."""
        more = [
            Discrepancy(f"findings not listed: {count - SHOWN_A_PLACE}", None, table)
            for table, count in self._count.items()
            if count > SHOWN_A_PLACE
        ]
        return self._kept + more


def _printable(text: str) -> str:
    """Return a text on one line, at most 1,000 characters long, with every other character escaped."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    if shown.isprintable():
        return shown
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in shown)
