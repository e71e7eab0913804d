"""Reading a model's facts from a home: one snapshot of the registry, then the measurements from the artifacts."""

from __future__ import annotations

from collections.abc import Iterable

from data.artifacts import ArtifactStore
from data.audit_log import AuditLog
from data.errors import ArtifactError
from data.history import events
from data.home import Home
from data.measurements import WindowMeasurement, from_bytes
from data.records.model import Model
from data.records.monitoring import MonitoringRun
from data.records.person import Person
from data.records.tables import TABLES
from data.registry import Registry
from data.registry_time import registry_time
from data.state import State
from modelward.report.facts import Facts


def collect(home: Home, model: str) -> Facts:
    """Everything about the model under this key. Raises NotFoundError, MissingRegistryError, StoreError."""
    store = ArtifactStore(home.artifacts)
    with Registry(home).store.reading() as connection:
        state, log = State(connection), AuditLog(connection)
        row = state.need(Model, model)
        tables = {kind: tuple(state.under(kind, model)) for kind in TABLES}
        head, notes = log.head(), log.notes()
        told = events(connection, model)
        people = {one.person: one for one in state.find(Person)}
        time = registry_time(connection)
    runs = [one for one in tables[MonitoringRun] if isinstance(one, MonitoringRun)]
    measured, unread = _measurements(store, runs)
    return Facts(
        row, time, head.size, head.origin, notes[-1] if notes else "", people, tables, told,
        measured, unread, store,
    )  # fmt: skip


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
