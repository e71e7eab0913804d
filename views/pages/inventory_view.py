"""All models at once, as the inventory shows them: the stage of each, what serves, what is due, who must act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.files.home import Home
from data.queries.event_index import EventIndex
from data.queries.inventory import ListedVersion
from data.queries.inventory_snapshot import InventorySnapshot, inventory_snapshot
from data.queries.registry_clock import RegistryTime
from data.records.approval import ApprovalRequest
from data.records.log import Attestation
from data.records.model import Model
from data.records.monitoring import Alert, Incident
from data.records.names import short
from data.records.person import Person
from data.records.row import Row
from data.records.tables import rows_of
from views.evidence_address import model_page
from views.pages.due import DueItem, due_on
from views.pages.lifecycle_stage import STAGES, stage_of


@dataclass(frozen=True)
class InventoryLine:
    """A model as one line of the inventory.

    `names_all` says that everybody who could sign is named for each of its pending requests.
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
class InventoryView:
    """Every model, and the log and the people around them, in one snapshot."""

    lines: tuple[InventoryLine, ...]
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
        there = {one.stage for one in self.lines}
        return [one for one in STAGES if one in there]

    @property
    def tiers(self) -> list[int]:
        """The tiers that occur."""
        return sorted({one.model.tier for one in self.lines})

    @property
    def owners(self) -> list[str]:
        """The owners' ids, by the names that are shown."""
        return sorted({one.model.owner for one in self.lines}, key=lambda one: self.person(one).casefold())

    @property
    def owner_numbers(self) -> dict[str, int]:
        """The place of each owner among them."""
        return {owner: number for number, owner in enumerate(self.owners)}

    @property
    def due(self) -> list[DueItem]:
        """Everything that waits, on all models: what is due first, first, and last what has no time set."""
        found = [due for line in self.lines for due in line.due]
        return sorted(found, key=lambda one: (one.at is None, one.at or self.time.now, one.model))


def inventory_view(home: Home, index: EventIndex | None = None) -> InventoryView:
    """The inventory as it stands; an index is brought up to the end of the log in the same snapshot.

    Raises MissingRegistryError, StoreError.
    """
    found = inventory_snapshot(home, index)
    lines = [_line(model, found) for model in found.models]
    return InventoryView(
        tuple(sorted(lines, key=lambda one: one.name)), found.people, found.time, found.log_size, found.origin,
        found.checkpoint, found.vkey, found.attestations,
    )  # fmt: skip


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
