"""Make further models of a large registry by copying the events of a few models under other names.

    clone(registry, {"models/ops/m00000": ["models/ops/m00024", "models/ops/m00048"]})

The rules judge the copied models only. An event of a copy is composed, sealed, journalled and anchored by the same
code as in the product, with another key and name in its subject, its data and its rows; digests stay as they are. A
deep verification therefore finds the requests of copies; everything else does not differ from a registry that was made
by commands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import duckdb

from data.queries.log_entries import bodies_of, numbers_about, row_values
from data.records.events import EventType
from data.records.person import Actor
from data.records.row import Row
from data.records.run_context import RunContext
from data.records.tables import TABLES
from data.registry.audit_log import Event
from data.registry.command import CommandResult
from data.registry.registry import Registry
from data.registry.state import _encoded, _quoted

BATCH = 500
"""Events in one transaction."""
Insert = Callable[[duckdb.DuckDBPyConnection], object]
KINDS: Mapping[str, type[Row]] = {kind.table: kind for kind in TABLES}


def clone(registry: Registry, names: Mapping[str, Sequence[str]]) -> None:
    """Copy each model (its key) under further keys: first the first event of every copy, then the second, and so on."""
    with registry.store.reading() as connection:
        models = {model: list(bodies_of(connection, numbers_about(connection, model))) for model in names}
    copies = list(_copied(models, names))
    remaining = iter(copies)
    while batch := list(islice(remaining, BATCH)):
        append(registry, [_recorded(copy) for copy in batch], lambda _: None)
    _insert(registry, copies)


def _copied(models: Mapping[str, Sequence[bytes]], names: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    for place in range(max(map(len, models.values()))):
        for model, bodies in models.items():
            for name in names[model] if place < len(bodies) else ():
                event = json.loads(_renamed(bodies[place], model, name))
                event["rows"] = [
                    one for one in event["rows"] if one["key"] == name or one["key"].startswith(f"{name}/")
                ]
                yield event


def _renamed(body: bytes, model: str, copy: str) -> bytes:
    """Replace the key of a model, and its name, the last part of the key, where it stands alone."""
    former, name = (b'"' + key.rpartition("/")[2].encode() + b'"' for key in (model, copy))
    return body.replace(model.encode(), copy.encode()).replace(former, name)


def append(registry: Registry, results: Sequence[tuple[CommandResult, RunContext]], insert: Insert) -> None:
    """Record results, an event each, in one transaction: log, rows, journal and anchors. `insert` writes the rows.

    The same calls as for a batch of commands, without the rules.
    """
    with registry.store.turn():
        with registry.store.transaction() as connection:
            head, log = registry._checked(connection)
            events: list[Event] = []
            for result, context in results:
                events.append(log.compose(head, result, context))
                head = events[-1].head
            insert(connection)
            log.write(events)
            is_due = log.checkpoint_due(head.size, False, datetime.now(UTC), registry._copies.anchored)
        registry._write_journal(events)
        if is_due:
            registry._anchor(head)
        else:
            registry._copies.written(head, registry._copies.anchored)


def _recorded(copy: Mapping[str, Any]) -> tuple[CommandResult, RunContext]:
    context = RunContext(Actor.model_validate(copy["actor"]), datetime.fromisoformat(copy["effective_at"]))
    return _result(copy), context


def _result(event: Mapping[str, Any]) -> CommandResult:
    rows = tuple(map(_row, event["rows"]))
    return CommandResult(EventType(event["type"]), event["subject"], rows, event["data"], event["refs"])


def _row(image: dict[str, Any]) -> Row:
    return KINDS[image["table"]].model_validate(row_values(image))


def _insert(registry: Registry, copies: Iterable[dict[str, Any]]) -> None:
    """Insert the last image of each row, in the order in which the rows were first written."""
    last: dict[tuple[str, str], Row] = {}
    for event in copies:
        for image in event["rows"]:
            last[image["table"], image["key"]] = _row(image)
    by_table: dict[str, list[Row]] = {}
    for (table, _), row in last.items():
        by_table.setdefault(table, []).append(row)
    for table, rows in by_table.items():
        remaining = iter(rows)
        with registry.store.transaction() as connection:
            while batch := list(islice(remaining, BATCH)):
                columns = list(KINDS[table].stored_columns())
                marks = ", ".join([f"({', '.join('?' * len(columns))})"] * len(batch))
                sql = f"INSERT INTO {_quoted(table)} ({', '.join(map(_quoted, columns))}) VALUES {marks}"
                connection.execute(sql, [value for row in batch for value in _encoded(row)])
