"""The inventory: every version with its review state, its deployments and the reasons why they ended.

Field names are stable, because reports and other systems read them as JSON.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from data.queries.inventory_rows import ModelFacts, PlacementFacts, VersionFacts
from data.queries.lookup import find_model
from data.queries.paging import EVERYTHING, PageRequest, RowPage
from data.queries.version_filter import ANY_VERSION, VersionFilter, chosen_versions
from data.records.instant import Instant
from data.records.model import Consumer, MonitoringPlan, TestPlan
from data.records.names import short
from data.records.retirement import Retirement
from data.records.review import Finding, Review, Validation, Waiver
from data.records.row import Frozen, Row
from data.records.version import Section
from data.registry.registry import Registry
from data.registry.registry_time import RegistryTime, registry_time
from data.registry.state import State

R = TypeVar("R", bound=Row)


class ListedDeployment(Frozen):
    """A deployment of a version in a slot: from when, until when, and why it ended."""

    environment: str
    slot: str
    use: str
    state: str
    from_at: Instant
    to_at: Instant | None
    ended_reason: str
    rollback_of: str | None
    ratified_by: str | None


class ListedVersion(Frozen):
    """One version in the inventory.

    `expired` is True when `valid_until` has passed, even if no event records it yet. `complete` is the share (0 to 1)
    of the required inventory fields that are filled, `missing` are the other fields.
    """

    key: str
    name: str
    model: str
    version: int
    owner: str
    tier: int
    purpose: str
    model_state: str
    standards: tuple[str, ...]
    change_class: str
    registered_at: Instant
    review_state: str
    state_reason: str
    valid_until: Instant | None
    expired: bool
    serving: bool
    deployments: tuple[ListedDeployment, ...]
    open_findings: int
    open_findings_by_severity: dict[str, int]
    waivers: tuple[str, ...]
    consumers: int
    undeclared_consumers: int
    next_review_due: Instant | None
    review_late: bool
    retirement: str | None
    complete: float
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Inventory:
    """A page of the versions of the registry, by model and number, judged at the registry's time."""

    time: RegistryTime
    page: RowPage[ListedVersion]

    @property
    def versions(self) -> tuple[ListedVersion, ...]:
        """The versions on the page."""
        return self.page.rows


def inventory(
    registry: Registry,
    text: str = "",
    now: datetime | None = None,
    versions: VersionFilter = ANY_VERSION,
    page: PageRequest = EVERYTHING,
) -> Inventory:
    """Return a page of the versions that fit `versions`; with `text`, only those of the model of this name.

    `now` (None: the registry's time) decides what is due or expired. Raises as `find_model` does, MissingRegistryError
    for an empty log, StoreError.
    """
    with registry.store.reading() as connection:
        time, state = registry_time(connection), State(connection)
        chosen = replace(versions, model=find_model(state, text).key) if text else versions
        keys = chosen_versions(connection, chosen, page)
        listed = _listed_versions(state, state.among(VersionFacts, "key", keys.rows), now or time.now)
        return Inventory(time, RowPage(tuple(listed), page, keys.total))


def list_versions(state: State, now: datetime, model: str | None = None) -> list[ListedVersion]:
    """Return every version, or those of one model's key, by model and number; `now` decides what is due."""
    return _listed_versions(
        state, state.find(VersionFacts) if model is None else state.find(VersionFacts, model=model), now
    )


def _listed_versions(state: State, versions: Sequence[VersionFacts], now: datetime) -> list[ListedVersion]:
    """Return these versions as listed. Each table is read once, and of each only the rows about these versions."""
    owners = list(dict.fromkeys(one.model for one in versions))
    models = {one.key: one for one in state.among(ModelFacts, "key", owners)}
    facts = _Facts.read(state, [one.key for one in versions], owners)
    return [_listed(models[one.model], one, facts, now) for one in versions]


@dataclass(frozen=True)
class _Facts:
    """The rows about the versions, each list by the key of the version or model to which it belongs.

    The last four are the keys of the versions and models that have such rows.
    """

    deployments: Mapping[str, list[PlacementFacts]]
    findings: Mapping[str, list[Finding]]
    waivers: Mapping[str, list[Waiver]]
    retirements: Mapping[str, list[Retirement]]
    reviews: Mapping[str, list[Review]]
    consumers: Mapping[str, list[Consumer]]
    documented: Collection[str]
    validated: Collection[str]
    with_test_plan: Collection[str]
    with_monitoring_plan: Collection[str]

    @classmethod
    def read(cls, state: State, versions: Sequence[str], models: Sequence[str]) -> _Facts:
        """Read each table once, and only the rows about these versions and models (their keys)."""
        return cls(
            _by(state.among(PlacementFacts, "version", versions), lambda one: one.version),
            _by(state.among(Finding, "version", versions), lambda one: one.version),
            _by(state.among(Waiver, "version", versions), lambda one: one.version),
            _by(state.among(Retirement, "subject", versions), lambda one: one.subject),
            _by(state.among(Review, "model", models), lambda one: one.model),
            _by(state.among(Consumer, "model", models), lambda one: one.model),
            state.owners(Section, "version", versions),
            state.owners(Validation, "version", versions),
            state.owners(TestPlan, "model", models),
            state.owners(MonitoringPlan, "model", models),
        )


def _by(rows: Iterable[R], of: Callable[[R], str]) -> Mapping[str, list[R]]:
    found: defaultdict[str, list[R]] = defaultdict(list)
    for row in rows:
        found[of(row)].append(row)
    return found


def _listed(model: ModelFacts, version: VersionFacts, facts: _Facts, now: datetime) -> ListedVersion:
    placements = facts.deployments.get(version.key, [])
    findings = [one for one in facts.findings.get(version.key, []) if one.state != "closed"]
    consumers = facts.consumers.get(model.key, [])
    due = _review_due(version, facts)
    missing = _missing(model, version, facts)
    retirement = facts.retirements.get(version.key, [])
    return ListedVersion(
        key=version.key,
        name=short(version.key),
        model=short(model.key),
        version=version.number,
        owner=model.owner,
        tier=model.tier,
        purpose=model.purpose,
        model_state=model.state,
        standards=tuple(one.standard for one in model.standards),
        change_class=version.change.change_class,
        registered_at=version.registered_at,
        review_state=version.review_state,
        state_reason=version.state_reason,
        valid_until=version.valid_until,
        expired=version.valid_until is not None and version.valid_until <= now,
        serving=any(one.state == "deployed" for one in placements),
        deployments=tuple(_listed_deployment(one) for one in placements),
        open_findings=len(findings),
        open_findings_by_severity=_count(one.severity.value for one in findings),
        waivers=tuple(one.control for one in facts.waivers.get(version.key, []) if _in_force(one, now)),
        consumers=len(consumers),
        undeclared_consumers=sum(not one.declared for one in consumers),
        next_review_due=due,
        review_late=due is not None and due <= now,
        retirement=retirement[-1].state if retirement else None,
        complete=round(1 - len(missing) / len(REQUIRED_FIELDS), 3),
        missing=missing,
    )


def _listed_deployment(deployment: PlacementFacts) -> ListedDeployment:
    return ListedDeployment(**{name: getattr(deployment, name) for name in ListedDeployment.model_fields})


def _in_force(waiver: Waiver, now: datetime) -> bool:
    return waiver.state == "granted" and waiver.expires_at > now


def _review_due(version: VersionFacts, facts: _Facts) -> datetime | None:
    opened = [one for one in facts.reviews.get(version.model, []) if one.state == "open"]
    return min((one.due_at for one in opened if one.version in (None, version.key)), default=None)


def _count(values: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for value in values:
        counted[value] = counted.get(value, 0) + 1
    return counted


REQUIRED_FIELDS: Mapping[str, Callable[[ModelFacts, VersionFacts, _Facts], bool]] = {
    "intended uses": lambda model, version, facts: bool(model.intended_uses),
    "prohibited uses": lambda model, version, facts: bool(model.prohibited_uses),
    "tier rationale": lambda model, version, facts: bool(model.tier_rationale.strip()),
    "alert route": lambda model, version, facts: bool(model.alert_route),
    "runbook": lambda model, version, facts: bool(model.runbook),
    "test plan": lambda model, version, facts: model.key in facts.with_test_plan,
    "monitoring plan": lambda model, version, facts: model.key in facts.with_monitoring_plan,
    "declared consumers": lambda model, version, facts: any(one.declared for one in facts.consumers.get(model.key, [])),
    "documentation": lambda model, version, facts: version.key in facts.documented,
    "code commit": lambda model, version, facts: version.code.commit is not None and version.code.dirty is False,
    "environment": lambda model, version, facts: version.environment_digest is not None,
    "validation": lambda model, version, facts: version.key in facts.validated,
}
"""The fields that an inventory must contain for each version (SR 11-7, section VI: model inventory)."""


def _missing(model: ModelFacts, version: VersionFacts, facts: _Facts) -> tuple[str, ...]:
    return tuple(name for name, is_there in REQUIRED_FIELDS.items() if not is_there(model, version, facts))
