"""Reads the events of the audit log as records: all events, or those about one model, version or row and all below
it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
from pydantic import Field

from data.records.monitoring import Alert
from data.records.names import model_of
from data.records.row import Frozen
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry

LogSource = duckdb.DuckDBPyConnection | Iterable[bytes]
"""The source of events: an open registry, or the bodies of events in their order."""
RANGE = 20_000
"""The number of events read from the database at a time."""
MOST_NUMBERS = 100
"""The greatest number of events whose numbers are written into one statement, which finds them by the primary key."""
ABOUT = "(subject = ? OR starts_with(subject, ?))"
"""Chooses the events about a model or anything below it: an event that writes a row below a model has a subject below
the same model."""


class LogEntry(Frozen):
    """One event of the log. `alerts` are the alerts that the event changed, in their state after the event."""

    seq: int
    id: str
    type: str
    subject: str
    actor: str
    auth: str
    recorded_at: str
    effective_at: str
    run: str | None
    data: dict[str, Any]
    rows: tuple[str, ...]
    alerts: tuple[Alert, ...] = Field(default=(), exclude=True, repr=False)


def events_about(registry: Registry, key: str) -> list[LogEntry]:
    """Return every event about a model, version or row (its key) or anything below it, oldest first. Raises
    StoreError."""
    with registry.store.reading() as connection:
        return events(connection, key)


def events_from(registry: Registry, number: int) -> list[LogEntry]:
    """Return every event from this number on, oldest first; event 0 is genesis. Raises StoreError."""
    with registry.store.reading() as connection:
        return events(AuditLog(connection).bodies(number))


def events(source: LogSource, model: str = "") -> list[LogEntry]:
    """Return every event about a model (its key) or anything below it, or all events without a key, oldest first."""
    return [_entry(event) for event in parsed_events(source, model) if _concerns(event, model)]


def parsed_events(source: LogSource, about: str) -> Iterator[dict[str, Any]]:
    """Yield the parsed events in their order; with a key `about`, only those whose body contains the key.

    A registry finds them by their subjects, without reading other events.
    """
    mark = f'"{about}'.encode()
    for body in _bodies(source, about):
        if mark in body:
            yield json.loads(body)


def numbers_about(connection: duckdb.DuckDBPyConnection, key: str) -> list[int]:
    """Return the numbers of the events about the model of a key, in their order; no body is read."""
    model = model_of(key)
    sql = f"SELECT seq FROM audit_event WHERE {ABOUT} ORDER BY seq"
    return [int(seq) for (seq,) in connection.execute(sql, [model, f"{model}/"]).fetchall()]


def bodies_of(connection: duckdb.DuckDBPyConnection, numbers: Iterable[int]) -> Iterator[bytes]:
    """Yield the bodies of the events with these numbers, in ascending order, each found by its number."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), MOST_NUMBERS):
        part = ordered[start : start + MOST_NUMBERS]
        sql = f"SELECT body FROM audit_event WHERE seq IN ({', '.join('?' * len(part))}) ORDER BY seq"
        yield from (body for (body,) in connection.execute(sql, part).fetchall())


def _bodies(source: LogSource, about: str) -> Iterator[bytes]:
    if not isinstance(source, duckdb.DuckDBPyConnection):
        yield from source
    elif about:
        yield from bodies_of(source, numbers_about(source, about))
    else:
        log = AuditLog(source)
        for start in range(0, log.head().size, RANGE):
            yield from log.bodies(start, start + RANGE)


def _concerns(event: dict[str, Any], model: str) -> bool:
    keys = [event["subject"], *(image["key"] for image in event["rows"])]
    return not model or any(key == model or key.startswith(model + "/") for key in keys)


def row_values(image: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a row, with key and revision, from its image in an event."""
    return {"key": image["key"], "rev": image["rev"], **image["values"]}


def _entry(event: dict[str, Any]) -> LogEntry:
    return LogEntry(
        seq=event["seq"],
        id=event["id"],
        type=event["type"],
        subject=event["subject"],
        actor=event["actor"]["id"],
        auth=event["actor"]["auth"],
        recorded_at=event["recorded_at"],
        effective_at=event["effective_at"],
        run=event["refs"].get("run"),
        data=event["data"],
        rows=tuple(image["key"] for image in event["rows"]),
        alerts=tuple(Alert.model_validate(row_values(one)) for one in event["rows"] if one["table"] == Alert.table),
    )
