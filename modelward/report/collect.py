"""Reading models' facts from a home: one snapshot of the registry for a few models, then what was measured on each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from data.artifacts import ArtifactStore
from data.audit_log import AuditLog
from data.errors import ArtifactError
from data.history import events
from data.home import Home
from data.measurements import WindowMeasurement, from_bytes
from data.records.approval import ApprovalRequest
from data.records.model import Model
from data.records.monitoring import MonitoringRun
from data.records.person import Person
from data.records.row import Row
from data.records.tables import TABLES
from data.registry import Registry
from data.registry_time import RegistryTime, registry_time
from data.state import State
from modelward.report.able import able_to_decide
from modelward.report.facts import Facts

NAMED = re.compile(rb'"(models/[^/"]+/[^/"]+)')
EVENTS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Read:
    """What one snapshot says of one model, and of the log and the people around it."""

    model: Model
    tables: Mapping[type[Row], tuple[Row, ...]]
    bodies: Sequence[bytes]
    log_size: int
    origin: str
    checkpoint: str
    people: Mapping[str, Person]
    time: RegistryTime
    able: Mapping[str, Sequence[str]]

    def facts(self, store: ArtifactStore, inbox: ArtifactStore) -> Facts:
        """Its facts, with what the nights measured."""
        runs = [one for one in self.tables[MonitoringRun] if isinstance(one, MonitoringRun)]
        measured, unread = _measurements(store, runs)
        return Facts(
            self.model, self.time, self.log_size, self.origin, self.checkpoint, self.people, self.tables,
            events(self.bodies, self.model.key), measured, unread, store, inbox, self.able,
        )  # fmt: skip


def collect(home: Home, model: str) -> Facts:
    """Everything about the model under this key. Raises NotFoundError, MissingRegistryError, StoreError."""
    (facts,) = collect_each(home, [model])
    return facts


def collect_each(home: Home, models: Sequence[str]) -> Iterator[Facts]:
    """Everything about each of a few models, from one snapshot that is let go before the first is handed out.

    Raises as `collect`.
    """
    store, inbox = ArtifactStore(home.artifacts), ArtifactStore(home.inbox)
    with Registry(home).store.reading() as connection:
        read = _read(connection, models)
    for one in read:
        yield one.facts(store, inbox)


def last_events(connection: DuckDBPyConnection) -> dict[str, int]:
    """The newest event that names each model, by the model's key."""
    last: dict[str, int] = {}
    for seq, body in _bodies(connection):
        last.update(dict.fromkeys(_named(body), seq))
    return last


def _read(connection: DuckDBPyConnection, models: Sequence[str]) -> list[Read]:
    state, log = State(connection), AuditLog(connection)
    rows = [state.need(Model, model) for model in models]
    head, notes = log.head(), log.notes()
    people = {one.person: one for one in state.find(Person)}
    time = registry_time(connection)
    told = _events_of(connection, frozenset(models))
    return [
        Read(
            row, {kind: tuple(state.under(kind, row.key)) for kind in TABLES}, told[row.key], head.size, head.origin,
            notes[-1] if notes else "", people, time,
            able_to_decide(state, state.under(ApprovalRequest, row.key), time.now),
        )
        for row in rows
    ]  # fmt: skip


def _events_of(connection: DuckDBPyConnection, models: frozenset[str]) -> Mapping[str, list[bytes]]:
    found: defaultdict[str, list[bytes]] = defaultdict(list)
    for _, body in _bodies(connection):
        for model in _named(body) & models:
            found[model].append(body)
    return found


def _named(body: bytes) -> set[str]:
    return {key.decode("utf-8", "replace") for key in NAMED.findall(body)}


def _bodies(connection: DuckDBPyConnection) -> Iterator[tuple[int, bytes]]:
    start = 0
    sql = "SELECT seq, body FROM audit_event WHERE seq >= ? AND seq < ? ORDER BY seq"
    while rows := connection.execute(sql, [start, start + EVENTS_AT_ONCE]).fetchall():
        yield from rows
        start += EVENTS_AT_ONCE


def _measurements(store: ArtifactStore, runs: Iterable[MonitoringRun]) -> tuple[list[WindowMeasurement], list[str]]:
    """What the nights measured, by last day; and which nights' batches cannot be read, with the reason."""
    measured: list[WindowMeasurement] = []
    unread: list[str] = []
    for run in sorted(runs, key=lambda one: (one.to_date, one.ran_at)):
        try:
            measured += from_bytes(store.read(run.measurements_digest))
        except ArtifactError as error:
            unread.append(f"{run.to_date}: {error.what}")
    return measured, unread
