"""The content of the inventory page: for each model its stage, what serves, what is due, and who must act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from data.files.home import Home
from data.queries.inventory import ListedVersion
from data.queries.inventory_snapshot import InventorySnapshot, inventory_snapshot
from data.queries.registry_clock import RegistryTime
from data.records.approval import ApprovalRequest
from data.records.log import Attestation
from data.records.model import Model
from data.records.monitoring import REGISTRY, Alert, Incident
from data.records.names import short
from data.records.person import Person
from data.records.row import Row
from data.records.tables import rows_of
from views.evidence_address import model_page
from views.pages.due import DueItem, due_on, incident_due
from views.pages.lifecycle_stage import STAGES, stage_of


@dataclass(frozen=True)
class InventoryLine:
    """A model as one line of the inventory.

    `names_all` is True if the people who could sign are known for each of its pending requests.
    """

    model: Model
    versions: tuple[ListedVersion, ...]
    stage: str
    due: tuple[DueItem, ...]
    urgency: tuple[str, ...]
    open_alerts: int
    open_incidents: int
    names_all: bool

    @property
    def key(self) -> str:
        """Return the model's key."""
        return self.model.key

    @property
    def name(self) -> str:
        """Return `team/name`."""
        return short(self.model.key)

    @property
    def page(self) -> str:
        """Return the address of the model's page."""
        return model_page(self.model.key)

    @property
    def serving(self) -> list[tuple[ListedVersion, str]]:
        """Return the versions that serve, each with its environment and slot."""
        return [
            (one, f"{place.environment}, {place.slot}")
            for one in self.versions
            for place in one.deployments
            if place.state == "deployed"
        ]

    @property
    def open_findings(self) -> int:
        """Return the number of findings on all versions that are not closed."""
        return sum(one.open_findings for one in self.versions)


@dataclass(frozen=True)
class InventoryCounts:
    """How many models are in production, how many due items are late, and what is open on all models."""

    in_production: int
    late: int
    open_alerts: int
    open_incidents: int
    open_findings: int


@dataclass(frozen=True)
class InventoryView:
    """All models, the people on the roster and the state of the audit log, read in one snapshot.

    What is derived from all models is derived once: a long inventory has many pages, and each page shows it.
    """

    lines: tuple[InventoryLine, ...]
    people: Mapping[str, Person]
    time: RegistryTime
    log_size: int
    origin: str
    checkpoint: str
    vkey: str
    attestations: tuple[Attestation, ...]
    differences: tuple[Incident, ...]

    def person(self, who: str | None) -> str:
        """Return a person's printed name with the id; only the id if it is not on the roster."""
        found = self.people.get(who or "")
        return f"{found.name} ({found.person})" if found is not None and found.name else who or ""

    @cached_property
    def stages(self) -> list[str]:
        """Return the stages that occur, in the order of `STAGES`."""
        there = {one.stage for one in self.lines}
        return [one for one in STAGES if one in there]

    @cached_property
    def tiers(self) -> list[int]:
        """Return the tiers that occur, in ascending order."""
        return sorted({one.model.tier for one in self.lines})

    @cached_property
    def owners(self) -> list[str]:
        """Return the owners' ids, sorted by the names that are shown."""
        return sorted({one.model.owner for one in self.lines}, key=lambda one: self.person(one).casefold())

    @cached_property
    def owner_numbers(self) -> dict[str, int]:
        """Return the position of each owner in `owners`."""
        return {owner: number for number, owner in enumerate(self.owners)}

    @cached_property
    def due(self) -> list[DueItem]:
        """Return what is due on all models, the earliest due time first, items without one last."""
        own = [incident_due(one) for one in self.differences if one.model == REGISTRY]
        found = [*own, *(due for line in self.lines for due in line.due)]
        return sorted(found, key=lambda one: (one.at is None, one.at or self.time.now, one.model))

    @cached_property
    def counts(self) -> InventoryCounts:
        """Return the counts over all models."""
        return InventoryCounts(
            in_production=sum(one.stage == "in production" for one in self.lines),
            late=sum(one.urgency == "late" for one in self.due),
            open_alerts=sum(one.open_alerts for one in self.lines),
            open_incidents=sum(one.open_incidents for one in self.lines),
            open_findings=sum(one.open_findings for one in self.lines),
        )


def inventory_view(home: Home) -> InventoryView:
    """Return the present inventory. Raises MissingRegistryError, StoreError."""
    found = inventory_snapshot(home)
    lines = [_line(model, found) for model in found.models]
    return InventoryView(
        tuple(sorted(lines, key=lambda one: one.name)), found.people, found.time, found.log_size, found.origin,
        found.checkpoint, found.vkey, found.attestations, _differences(found),
    )  # fmt: skip


def _differences(found: InventorySnapshot) -> tuple[Incident, ...]:
    incidents = [one for rows in found.rows[Incident].values() for one in rows if isinstance(one, Incident)]
    return tuple(one for one in incidents if one.is_difference and one.state != "resolved")


def _line(model: Model, found: InventorySnapshot) -> InventoryLine:
    listed = found.listed.get(model.key, ())
    rows: dict[type[Row], Sequence[Row]] = {kind: by_model.get(model.key, ()) for kind, by_model in found.rows.items()}
    due = tuple(due_on(rows, model.owner, found.time.now, found.signatures))
    alerts = [one for one in rows_of(rows, Alert) if one.state not in {"ended", "dismissed"}]
    incidents = [one for one in rows_of(rows, Incident) if one.state != "resolved"]
    pending = [found.signatures[one.key] for one in rows_of(rows, ApprovalRequest) if one.state == "pending"]
    return InventoryLine(
        model, tuple(listed), stage_of(model.state, listed), due, tuple(dict.fromkeys(one.urgency for one in due)),
        len(alerts), len(incidents), all(one.eligible is not None for one in pending),
    )  # fmt: skip
