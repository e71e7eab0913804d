"""All models at once, as the inventory shows them: where each stands, what serves, what is due, who waits for whom."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from data.files.home import Home
from data.queries.event_index import EventIndex
from data.queries.inventory import ListedVersion, list_versions
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.log import Attestation
from data.records.model import Model
from data.records.monitoring import Alert, Incident
from data.records.names import model_of, short
from data.records.person import Person
from data.records.retirement import Retirement
from data.records.review import Finding, Review, Waiver
from data.records.row import Row
from data.records.version import Version
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.registry_time import RegistryTime, registry_time
from data.registry.state import State
from views.evidence_address import model_page
from views.pages.due import Able, Due, due_on
from views.pages.eligible_signers import eligible_signers
from views.pages.lifecycle_stage import STAGES, stage_of

T = TypeVar("T")

WAITING: tuple[type[Row], ...] = (
    Version, ApprovalRequest, Vote, Finding, Waiver, Deployment, Review, Incident, Alert, Retirement,
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A model as one line of the inventory; `names_all`: of everything that waits it is known here who could sign."""

    model: Model
    versions: tuple[ListedVersion, ...]
    stage: str
    due: tuple[Due, ...]
    urgency: tuple[str, ...]
    open_alerts: int
    open_incidents: int
    names_all: bool

    @property
    def key(self) -> str:
        """The model's key."""
        return self.model.key

    @property
    def name(self) -> str:
        """`team/name`."""
        return short(self.model.key)

    @property
    def page(self) -> str:
        """Where its page lies."""
        return model_page(self.model.key)

    @property
    def serving(self) -> list[tuple[ListedVersion, str]]:
        """The versions that serve, each with where."""
        return [
            (one, f"{place.environment}, {place.slot}")
            for one in self.versions
            for place in one.deployments
            if place.state == "deployed"
        ]

    @property
    def open_findings(self) -> int:
        """Findings on any version that are not closed."""
        return sum(one.open_findings for one in self.versions)


@dataclass(frozen=True)
class Survey:
    """Every model, and the log and the people around them, in one snapshot."""

    entries: tuple[Entry, ...]
    people: Mapping[str, Person]
    time: RegistryTime
    log_size: int
    origin: str
    checkpoint: str
    vkey: str
    attestations: tuple[Attestation, ...]

    def person(self, who: str | None) -> str:
        """A person's printed name with the id; what was given where nobody of that id is on the roster."""
        found = self.people.get(who or "")
        return f"{found.name} ({found.person})" if found is not None and found.name else who or ""

    @property
    def stages(self) -> list[str]:
        """The stages that occur, in their order."""
        there = {one.stage for one in self.entries}
        return [one for one in STAGES if one in there]

    @property
    def tiers(self) -> list[int]:
        """The tiers that occur."""
        return sorted({one.model.tier for one in self.entries})

    @property
    def owners(self) -> list[str]:
        """The owners' ids, by the names that are shown."""
        return sorted({one.model.owner for one in self.entries}, key=lambda one: self.person(one).casefold())

    @property
    def owner_numbers(self) -> dict[str, int]:
        """The place of each owner among them."""
        return {owner: number for number, owner in enumerate(self.owners)}

    @property
    def due(self) -> list[Due]:
        """Everything that waits, on all models: what is due first, first, and last what has no time set."""
        found = [due for entry in self.entries for due in entry.due]
        return sorted(found, key=lambda one: (one.at is None, one.at or self.time.now, one.model))


def survey(home: Home, index: EventIndex | None = None) -> Survey:
    """The inventory as it stands; an index is brought up to where the log ends then.

    Raises MissingRegistryError, StoreError.
    """
    with Registry(home).store.reading() as connection:
        if index is not None:
            index.extend(connection)
        state, log = State(connection), AuditLog(connection)
        head, notes, time = log.head(), log.notes(), registry_time(connection)
        listed = _by_model(list_versions(state, time.now), lambda one: model_of(one.key))
        rows = {kind: _by_model(state.find(kind), lambda one: model_of(one.key)) for kind in WAITING}
        able = eligible_signers(state, state.find(ApprovalRequest, state="pending"), time.now)
        models = state.find(Model)
        people = {one.person: one for one in state.find(Person)}
        roster: list[Row] = [*people.values()]
        attestations = tuple(state.find(Attestation))
        vkey = str(json.loads(log.bodies(0, 1)[0])["data"]["vkey"])
    entries = [
        _entry(
            one, listed.get(one.key, []),
            {kind: rows[kind].get(one.key, []) for kind in WAITING} | {Person: roster}, time, able,
        )
        for one in models
    ]  # fmt: skip
    return Survey(
        tuple(sorted(entries, key=lambda one: one.name)), people, time, head.size, head.origin,
        notes[-1] if notes else "", vkey, attestations,
    )  # fmt: skip


def _entry(
    model: Model,
    listed: list[ListedVersion],
    rows: Mapping[type[Row], list[Row]],
    time: RegistryTime,
    able: Able,
) -> Entry:
    due = tuple(due_on(rows, model.owner, time.now, able))
    alerts = [one for one in rows[Alert] if isinstance(one, Alert) and one.state not in {"ended", "dismissed"}]
    incidents = [one for one in rows[Incident] if isinstance(one, Incident) and one.state != "resolved"]
    urgency = tuple(dict.fromkeys(one.urgency for one in due))
    stage = stage_of(model.state, listed)
    pending = {one.key for one in rows[ApprovalRequest] if isinstance(one, ApprovalRequest) and one.state == "pending"}
    return Entry(model, tuple(listed), stage, due, urgency, len(alerts), len(incidents), pending <= set(able))


def _by_model(rows: Iterable[T], of: Callable[[T], str]) -> Mapping[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[of(row)].append(row)
    return found
