"""Reading models' facts from a home: one snapshot of the registry for a few models, then what was measured on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.event_index import EventIndex
from data.queries.inventory import ListedVersion, list_versions
from data.queries.log_entries import events
from data.records.approval import ApprovalRequest
from data.records.model import Model
from data.records.monitoring import Alert, MonitoringRun
from data.records.person import Person
from data.records.row import Row
from data.records.tables import TABLES
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.registry_time import RegistryTime, registry_time
from data.registry.state import State
from views.pages.eligible_signers import eligible_signers
from views.pages.facts import Facts
from views.pages.nights import drawn_runs, read_nights


@dataclass(frozen=True)
class Read:
    """What one snapshot says of one model, and of the log and the people around it."""

    model: Model
    listed: Sequence[ListedVersion]
    tables: Mapping[type[Row], tuple[Row, ...]]
    bodies: Sequence[bytes]
    log_size: int
    origin: str
    checkpoint: str
    people: Mapping[str, Person]
    time: RegistryTime
    able: Mapping[str, Sequence[str]]

    def facts(self, store: ArtifactStore, inbox: ArtifactStore) -> Facts:
        """Its facts, with what the nights that are drawn measured."""
        runs = [one for one in self.tables[MonitoringRun] if isinstance(one, MonitoringRun)]
        alerts = [one for one in self.tables[Alert] if isinstance(one, Alert)]
        nights, unread = read_nights(store, drawn_runs(runs, alerts))
        return Facts(
            self.model, self.listed, self.time, self.log_size, self.origin, self.checkpoint, self.people, self.tables,
            events(self.bodies, self.model.key), nights, unread, store, inbox, self.able,
        )  # fmt: skip


def collect(home: Home, model: str, index: EventIndex | None = None) -> Facts:
    """Everything about the model under this key; an index kept from before saves reading the log again.

    Raises NotFoundError, MissingRegistryError, StoreError.
    """
    (facts,) = collect_each(home, [model], index or EventIndex())
    return facts


def collect_each(home: Home, models: Sequence[str], index: EventIndex) -> Iterator[Facts]:
    """Everything about each of a few models, from one snapshot that is let go before the first is handed out.

    Raises as `collect`.
    """
    store, inbox = ArtifactStore(home.artifacts), ArtifactStore(home.inbox)
    with Registry(home).store.reading() as connection:
        read = _read(connection, models, index)
    for one in read:
        yield one.facts(store, inbox)


def _read(connection: DuckDBPyConnection, models: Sequence[str], index: EventIndex) -> list[Read]:
    index.extend(connection)
    state, log = State(connection), AuditLog(connection)
    rows = [state.need(Model, model) for model in models]
    head, notes = log.head(), log.notes()
    people = {one.person: one for one in state.find(Person)}
    time = registry_time(connection)
    return [
        Read(
            row, list_versions(state, time.now, row.key),
            {kind: tuple(state.under(kind, row.key)) for kind in TABLES},
            index.bodies(connection, row.key), head.size, head.origin, notes[-1] if notes else "", people, time,
            eligible_signers(state, state.under(ApprovalRequest, row.key), time.now),
        )
        for row in rows
    ]  # fmt: skip
