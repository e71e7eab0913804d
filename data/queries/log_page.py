"""Reads the latest events of the log that match, from the end backwards, so that the log's length does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import duckdb

from data.queries.log_entries import LogEntry, events
from data.queries.lookup import find_subject
from data.records.instant import write_instant
from data.records.names import model_of
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.state import State

WINDOW = 4_096
"""The number of events that are looked at first; each further window is twice as long."""
LARGEST_WINDOW = 262_144
_FEW = 200
_MATCHING = """
SELECT seq FROM audit_event
WHERE seq >= ? AND seq < ? AND starts_with(type, ?) AND effective_at >= ? AND effective_at <= ?
  AND (subject = ? OR starts_with(subject, ?))
ORDER BY seq DESC
"""
_ONE = "SELECT body FROM audit_event WHERE seq = ?"
_MANY = "SELECT body FROM audit_event WHERE seq IN (SELECT unnest(?::BIGINT[])) ORDER BY seq DESC"


@dataclass(frozen=True)
class LogPage:
    """The latest events that match, oldest first; `is_cut` says that there are older ones."""

    entries: list[LogEntry]
    is_cut: bool


def log_page(
    registry: Registry,
    text: str = "",
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 0,
) -> LogPage:
    """Return the latest `limit` events, or all for 0, about the model or version named by `text`, or about anything.

    `kind` is the beginning of the event type; `since` and `until` limit the business time, both included. Raises as
    `find_subject` does, and StoreError.
    """
    low = write_instant(since) if since is not None else ""
    high = write_instant(until) if until is not None else "9999"
    with registry.store.reading() as connection:
        key = find_subject(State(connection), text).key if text else ""
        # Every event that writes a row below a model has a subject below the same model.
        model = model_of(key)
        size = AuditLog(connection).head().size
        found: list[LogEntry] = []
        step = min(limit + 1, _FEW) if limit else _FEW
        for seqs in _matching(connection, size, [kind, low, high, model, f"{model}/" if model else ""]):
            for start in range(0, len(seqs), step):
                found += events(_bodies(connection, seqs[start : start + step]), key)
                if limit and len(found) > limit:
                    return LogPage(found[limit - 1 :: -1], True)
    return LogPage(found[::-1], False)


def _matching(connection: duckdb.DuckDBPyConnection, size: int, values: list[str]) -> Iterator[list[int]]:
    """Yield the numbers of matching events, latest first, one window after the other. No body is read."""
    end, length = size, WINDOW
    while end > 0:
        start = max(0, end - length)
        yield [seq for (seq,) in connection.execute(_MATCHING, [start, end, *values]).fetchall()]
        end, length = start, min(2 * length, LARGEST_WINDOW)


def _bodies(connection: duckdb.DuckDBPyConnection, seqs: list[int]) -> Iterator[bytes]:
    if len(seqs) < _FEW:
        for seq in seqs:
            row = connection.execute(_ONE, [seq]).fetchone()
            yield from () if row is None else (row[0],)
    else:
        yield from (body for (body,) in connection.execute(_MANY, [seqs]).fetchall())
