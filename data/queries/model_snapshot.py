"""Reads in one snapshot everything that the evidence pages show about a model: its rows and the events about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from duckdb import DuckDBPyConnection

from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.inventory import ListedVersion, list_versions
from data.queries.log_entries import LogEntry, events
from data.queries.model_events import bodies_about
from data.queries.pending_signatures import PendingSignatures, pending_signatures
from data.queries.run_measurements import RunMeasurements, drawn_runs, read_measurements
from data.records.approval import ApprovalRequest, Vote
from data.records.model import Model
from data.records.monitoring import Alert, MonitoringRun
from data.records.person import Person
from data.records.row import Row
from data.records.tables import TABLES, rows_of
from data.records.version import Version
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.registry_time import RegistryTime, registry_time
from data.registry.state import State

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class ModelSnapshot:
    """A model with every row below it, the events about it, and the measurements of the runs that are drawn.

    `unreadable` lists the runs whose measurements cannot be read, each with the reason. `signatures` gives for each
    pending request, by key, the signatures still needed. `store` and `inbox` contain the artifacts and the submissions
    by digest.
    """

    model: Model
    listed: Sequence[ListedVersion]
    time: RegistryTime
    log_size: int
    origin: str
    checkpoint: str
    people: Mapping[str, Person]
    tables: Mapping[type[Row], Sequence[Row]]
    events: Sequence[LogEntry]
    drawn: Sequence[RunMeasurements]
    unreadable: Sequence[str]
    store: ArtifactStore
    inbox: ArtifactStore
    signatures: Mapping[str, PendingSignatures]

    def all(self, kind: type[R]) -> list[R]:
        """Return every row of a table below the model, by key."""
        return rows_of(self.tables, kind)

    def of(self, kind: type[R], owner: str) -> list[R]:
        """Return the rows of a table whose keys are below an owner's key."""
        return [row for row in self.all(kind) if row.key.startswith(owner + "/")]

    def get(self, kind: type[R], key: str | None) -> R | None:
        """Return the row with this key, or None."""
        row = self._by_key.get((kind, key or ""))
        return row if isinstance(row, kind) else None

    @cached_property
    def _by_key(self) -> Mapping[tuple[type[Row], str], Row]:
        return {(type(row), row.key): row for rows in self.tables.values() for row in rows}

    @property
    def versions(self) -> list[Version]:
        """The versions of the model, by number."""
        return sorted(self.all(Version), key=lambda one: one.number)

    def number_of(self, key: str | None) -> int | None:
        """Return the number of the version in a version's key or in a key below it; None without a version."""
        parts = (key or "").split("/")
        number = parts[4] if len(parts) >= 5 and parts[3] == "versions" else ""
        return int(number) if number.isdigit() else None

    def person(self, who: str | None) -> str:
        """Return a person's name and id for display; only the id if the person is not on the roster."""
        found = self.people.get(who or "")
        return f"{found.name} ({found.person})" if found is not None and found.name else who or ""


@dataclass(frozen=True)
class _ModelRows:
    """The content of the registry about a model: its rows, and the bodies of its events, not parsed yet."""

    model: Model
    listed: Sequence[ListedVersion]
    tables: Mapping[type[Row], tuple[Row, ...]]
    bodies: Sequence[bytes]
    log_size: int
    origin: str
    checkpoint: str
    people: Mapping[str, Person]
    time: RegistryTime
    signatures: Mapping[str, PendingSignatures]

    def snapshot(self, store: ArtifactStore, inbox: ArtifactStore) -> ModelSnapshot:
        """Return the snapshot, with the events parsed and the measurements read from the artifact store."""
        runs = drawn_runs(rows_of(self.tables, MonitoringRun), rows_of(self.tables, Alert))
        drawn, unreadable = read_measurements(store, runs)
        return ModelSnapshot(
            self.model, self.listed, self.time, self.log_size, self.origin, self.checkpoint, self.people, self.tables,
            events(self.bodies, self.model.key), drawn, unreadable, store, inbox, self.signatures,
        )  # fmt: skip


def model_snapshot(home: Home, model: str) -> ModelSnapshot:
    """Return the model with this key. Raises NotFoundError, MissingRegistryError, StoreError."""
    (found,) = model_snapshots(home, [model])
    return found


def model_snapshots(home: Home, models: Sequence[str]) -> Iterator[ModelSnapshot]:
    """Yield several models from one snapshot of the registry, which is closed before the first is parsed.

    Raises in the same cases as `model_snapshot`.
    """
    store, inbox = ArtifactStore(home.artifacts), ArtifactStore(home.inbox)
    with Registry(home).store.reading() as connection:
        found = _read(connection, models)
    for rows in found:
        yield rows.snapshot(store, inbox)


def _read(connection: DuckDBPyConnection, models: Sequence[str]) -> list[_ModelRows]:
    state, log = State(connection), AuditLog(connection)
    rows = [state.need(Model, model) for model in models]
    bodies = bodies_about(connection, models)
    head, notes = log.head(), log.notes()
    people = {one.person: one for one in state.find(Person)}
    time = registry_time(connection)
    return [
        _ModelRows(
            row, list_versions(state, time.now, row.key),
            {kind: tuple(_below(state, kind, row.key)) for kind in TABLES},
            bodies[row.key], head.size, head.origin, notes[-1] if notes else "", people, time,
            pending_signatures(
                state, state.under(ApprovalRequest, row.key), state.under(Vote, row.key), people.values(), time.now
            ),
        )
        for row in rows
    ]  # fmt: skip


def _below(state: State, kind: type[R], model: str) -> list[R]:
    """Return the rows below a model: by the column that names it where there is one, which DuckDB finds faster."""
    return state.find(kind, model=model) if "model" in kind.stored_columns() else state.under(kind, model)
