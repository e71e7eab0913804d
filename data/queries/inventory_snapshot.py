"""Reads everything that the inventory page shows in one snapshot: models, versions and pending work."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from data.files.home import Home
from data.queries.inventory import ListedVersion, list_versions
from data.queries.pending_signatures import PendingSignatures, pending_signatures
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.log import Attestation
from data.records.model import Model
from data.records.monitoring import Alert, Incident
from data.records.names import model_of
from data.records.person import Person
from data.records.retirement import Retirement
from data.records.review import Finding, Review, Waiver
from data.records.row import Row
from data.records.tables import rows_of
from data.records.version import Version
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.registry_time import RegistryTime, registry_time
from data.registry.state import State

T = TypeVar("T")

WAITING: tuple[type[Row], ...] = (
    Version, ApprovalRequest, Vote, Finding, Waiver, Deployment, Review, Incident, Alert, Retirement,
)  # fmt: skip
"""The tables from which the page derives what is due for a model."""


@dataclass(frozen=True)
class InventorySnapshot:
    """Every model, with the state of the log and the people on the roster.

    `listed` and `rows` contain the versions, and the rows of the tables in WAITING, by the key of their model;
    `signatures` gives for each pending request, by key, the signatures still needed.
    """

    models: tuple[Model, ...]
    listed: Mapping[str, Sequence[ListedVersion]]
    rows: Mapping[type[Row], Mapping[str, Sequence[Row]]]
    signatures: Mapping[str, PendingSignatures]
    people: Mapping[str, Person]
    time: RegistryTime
    log_size: int
    origin: str
    checkpoint: str
    vkey: str
    attestations: tuple[Attestation, ...]


def inventory_snapshot(home: Home) -> InventorySnapshot:
    """Return the inventory of a home. Raises MissingRegistryError, StoreError."""
    with Registry(home).store.reading() as connection:
        state, log = State(connection), AuditLog(connection)
        head, notes, time = log.head(), log.notes(), registry_time(connection)
        people = state.find(Person)
        tables: dict[type[Row], list[Row]] = {kind: list(state.find(kind)) for kind in WAITING}
        requests, votes = rows_of(tables, ApprovalRequest), rows_of(tables, Vote)
        return InventorySnapshot(
            models=tuple(state.find(Model)),
            listed=_by_model(list_versions(state, time.now), lambda one: model_of(one.key)),
            rows={kind: _by_model(rows, lambda one: model_of(one.key)) for kind, rows in tables.items()},
            signatures=pending_signatures(state, requests, votes, people, time.now),
            people={one.person: one for one in people},
            time=time,
            log_size=head.size,
            origin=head.origin,
            checkpoint=notes[-1] if notes else "",
            vkey=str(json.loads(log.bodies(0, 1)[0])["data"]["vkey"]),
            attestations=tuple(state.find(Attestation)),
        )


def _by_model(rows: Iterable[T], of: Callable[[T], str]) -> Mapping[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[of(row)].append(row)
    return found
