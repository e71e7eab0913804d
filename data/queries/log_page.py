"""Reads one page of the log, the latest events first, and counts the events that match.

Only the bodies on the page are read, found by their numbers. What matches is found by the copied columns, which are
read in whole where there is a condition; without one the numbers of the page follow from the size of the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from data.queries.log_entries import LogEntry, bodies_of, events
from data.queries.lookup import find_subject
from data.queries.paging import EVERYTHING, PageRequest, RowPage
from data.records.instant import write_instant
from data.records.names import model_of
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.state import State

STEP = 1_000
"""The number of bodies in memory at a time."""


@dataclass(frozen=True)
class _Matching:
    """The condition that the copied columns of an event fulfil; empty where every event matches."""

    condition: str
    values: tuple[str, ...]

    @classmethod
    def of(cls, model: str, kind: str, since: datetime | None, until: datetime | None) -> _Matching:
        parts: list[tuple[str, list[str]]] = []
        if model:
            # An event that writes a row below a model has a subject below the same model.
            parts.append(("(subject = ? OR starts_with(subject, ?))", [model, f"{model}/"]))
        if kind:
            parts.append(("starts_with(type, ?)", [kind]))
        if since is not None:
            parts.append(("effective_at >= ?", [write_instant(since)]))
        if until is not None:
            parts.append(("effective_at <= ?", [write_instant(until)]))
        return cls(" AND ".join(text for text, _ in parts), tuple(value for _, given in parts for value in given))

    def numbers(self, connection: duckdb.DuckDBPyConnection, page: PageRequest) -> RowPage[int]:
        """Return the numbers of the matching events on a page, the latest event first."""
        if not self.condition:
            size = AuditLog(connection).head().size
            first = max(0, size - page.offset - (page.size or size))
            return RowPage(tuple(range(size - page.offset - 1, first - 1, -1)), page, size)
        where = f"FROM audit_event WHERE {self.condition}"
        row = connection.execute(f"SELECT count(*) {where}", self.values).fetchone()
        total = int(row[0]) if row else 0
        sql = f"SELECT seq {where} ORDER BY seq DESC LIMIT ? OFFSET ?"
        found = connection.execute(sql, [*self.values, page.size or total, page.offset]).fetchall()
        return RowPage(tuple(int(seq) for (seq,) in found), page, total)


def log_page(
    registry: Registry,
    text: str = "",
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    page: PageRequest = EVERYTHING,
) -> RowPage[LogEntry]:
    """Return a page of the events about the model or version named by `text`, or about anything.

    Page 1 has the latest events; on a page the oldest event is first. `kind` is the beginning of the event type;
    `since` and `until` limit the business time, both included. Raises as `find_subject` does, and StoreError.
    """
    with registry.store.reading() as connection:
        key = find_subject(State(connection), text).key if text else ""
        matching = _Matching.of(model_of(key), kind, since, until)
        if key and key != model_of(key):
            return _about_version(connection, key, matching, page)
        found = matching.numbers(connection, page)
        return RowPage(tuple(_entries(connection, found.rows, key)), page, found.total)


def _about_version(
    connection: duckdb.DuckDBPyConnection, version: str, matching: _Matching, page: PageRequest
) -> RowPage[LogEntry]:
    """Return a page of the events about a version. Which these are, only the bodies of its model's events say."""
    every = list(_entries(connection, matching.numbers(connection, EVERYTHING).rows, version))
    end = max(0, len(every) - page.offset)
    return RowPage(tuple(every[max(0, end - page.size) if page.size else 0 : end]), page, len(every))


def _entries(connection: duckdb.DuckDBPyConnection, numbers: Sequence[int], key: str) -> Iterator[LogEntry]:
    """Yield the events with these numbers that concern a key, oldest first."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), STEP):
        yield from events(bodies_of(connection, ordered[start : start + STEP]), key)
