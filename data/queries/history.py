"""Reads the past from the log: what was in production at a moment, who approved it, on what evidence.

The state tables contain the present, the events the past. Folding the events up to a moment gives the tables of that
moment. The clock `effective` is the business time of an event, `recorded` the time at which the registry recorded it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

import duckdb

from data.errors import NotFoundError
from data.queries.log_entries import ABOUT, LogSource, bodies_of, parsed_events, row_values
from data.queries.lookup import find_model
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment, Slot
from data.records.events import EventType
from data.records.instant import Instant, write_instant
from data.records.model import Model
from data.records.names import short, slot_key
from data.records.review import Finding, VerdictSet, Waiver
from data.records.row import Frozen, Row
from data.records.version import Version
from data.registry.registry import Registry
from data.registry.state import State

R = TypeVar("R", bound=Row)
Clock = Literal["effective", "recorded"]
OF_VERSION = ("number", "review_state", "valid_until")
OF_DEPLOYMENT = ("use", "from_at", "rollback_of", "reason")


class Approver(Frozen):
    """A person who voted on the version in production, with role, decision and proof of identity."""

    person: str
    name: str
    role: str
    decision: str
    meaning: str
    proof: str
    deputy_of: str | None
    decided_at: Instant
    statement_digest: str


class FindingSnapshot(Frozen):
    """A finding that was not closed at the moment."""

    key: str
    severity: str
    title: str
    state: str
    owner: str
    due_at: Instant


class WaiverSnapshot(Frozen):
    """A waiver that was granted and not expired at the moment."""

    key: str
    control: str
    reason: str
    approver: str | None
    expires_at: Instant


class SlotSnapshot(Frozen):
    """The content of a slot of a model at a moment. Without a version in the slot, all fields about a version are
    empty.

    `events` counts the events from which the snapshot was made, `last_event` is the number of the latest of them.
    """

    model: str
    as_of: Instant
    by: Clock
    environment: str
    slot: str
    owner: str
    tier: int
    version: str | None = None
    number: int | None = None
    review_state: str = ""
    valid_until: Instant | None = None
    deployment: str | None = None
    use: str = ""
    from_at: Instant | None = None
    rollback_of: str | None = None
    reason: str = ""
    approvers: tuple[Approver, ...] = ()
    request: str | None = None
    request_digest: str | None = None
    approved_at: Instant | None = None
    evidence_digest: str | None = None
    standards: tuple[str, ...] = ()
    standards_digest: str | None = None
    artifact_digest: str | None = None
    verdict_set: str | None = None
    open_findings: tuple[FindingSnapshot, ...] = ()
    waivers: tuple[WaiverSnapshot, ...] = ()
    events: int = 0
    last_event: int = 0


@dataclass
class Fold:
    """The state tables at a moment: the values of each row by table and key, and the number of events applied."""

    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    events: int = 0
    last_event: int = 0

    def apply(self, event: dict[str, Any]) -> None:
        """Apply the row images of one event."""
        for image in event["rows"]:
            self.tables.setdefault(image["table"], {})[image["key"]] = row_values(image)
        self.events += 1
        self.last_event = event["seq"]

    def get(self, kind: type[R], key: str | None) -> R | None:
        """Return the row with this key at the moment, or None."""
        values = self.tables.get(kind.table, {}).get(key or "")
        return kind.model_validate(values) if values is not None else None

    def find(self, kind: type[R], fits: Callable[[R], bool]) -> list[R]:
        """Return the rows of a table, at the moment, for which `fits` is true."""
        rows = [kind.model_validate(values) for values in self.tables.get(kind.table, {}).values()]
        return [row for row in rows if fits(row)]


def slot_as_of(
    registry: Registry,
    text: str,
    moment: datetime,
    known_at: datetime | None = None,
    *,
    environment: str = "production",
    slot: str = "champion",
) -> SlotSnapshot:
    """Return the content of a slot of the model named `text` at a business time.

    Only events recorded by `known_at` are used; None uses all. Raises as `find_model` and `as_of` do, and StoreError.
    """
    with registry.store.reading() as connection:
        model = find_model(State(connection), text).key
        fold = _fold_of_model(connection, model, moment, known_at=known_at)
        return _slot_in(fold, model, moment, environment=environment, slot=slot)


def slot_as_recorded(
    registry: Registry, text: str, known_at: datetime, *, environment: str = "production", slot: str = "champion"
) -> SlotSnapshot:
    """Return the latest state of a slot of the model named `text`, from the events recorded by `known_at`.

    Raises as `find_model` and `as_of` do, and StoreError.
    """
    with registry.store.reading() as connection:
        model = find_model(State(connection), text).key
        return as_of(connection, model, known_at, by="recorded", environment=environment, slot=slot)


def as_of(
    source: LogSource,
    model: str,
    moment: datetime,
    *,
    by: Clock = "effective",
    environment: str = "production",
    slot: str = "champion",
) -> SlotSnapshot:
    """Return the content of a slot of a model (its key) at a moment, folded from the log in one pass.

    Raises NotFoundError when the model was not registered by then.
    """
    fold = (
        _fold_of_model(source, model, moment, by)
        if isinstance(source, duckdb.DuckDBPyConnection)
        else fold_until(source, moment, by=by, about=model)
    )
    return _slot_in(fold, model, moment, by=by, environment=environment, slot=slot)


def _slot_in(
    fold: Fold, model: str, moment: datetime, *, environment: str, slot: str, by: Clock = "effective"
) -> SlotSnapshot:
    row = fold.get(Model, model)
    if row is None:
        raise NotFoundError(
            f"{short(model)} was not registered by {write_instant(moment)}",
            f"run `modelward history {short(model)}` to see its first event, then choose a later time",
        )
    slot_row = fold.get(Slot, slot_key(model, environment, slot))
    values: dict[str, Any] = {"model": model, "as_of": moment, "by": by, "environment": environment, "slot": slot}
    values |= {"owner": row.owner, "tier": row.tier, "events": fold.events, "last_event": fold.last_event}
    if slot_row is not None and slot_row.version is not None:
        values |= _served(fold, slot_row.version, slot_row.deployment, moment)
    return SlotSnapshot.model_validate(values)


def fold_until(source: LogSource, moment: datetime, *, by: Clock = "effective", about: str = "") -> Fold:
    """Return the state tables at a moment; with `about`, only the rows of events that contain that key."""
    limit, clock = write_instant(moment), f"{by}_at"
    fold = Fold()
    for event in parsed_events(source, about):
        if event[clock] <= limit:
            fold.apply(event)
    return fold


def _fold_of_model(
    connection: duckdb.DuckDBPyConnection,
    model: str,
    moment: datetime,
    by: Clock = "effective",
    known_at: datetime | None = None,
) -> Fold:
    """Return the tables of a model at a moment, from its events that were recorded by `known_at`.

    The results of monitoring are counted and not read: they change no row that a slot's snapshot shows.
    """
    latest = write_instant(known_at) if known_at is not None else "9999"
    sql = f"SELECT seq, type FROM audit_event WHERE {ABOUT} AND {by}_at <= ? AND recorded_at <= ?"
    found = connection.execute(sql, [model, f"{model}/", write_instant(moment), latest]).fetchall()
    fold = Fold()
    for body in bodies_of(connection, [seq for seq, kind in found if kind != EventType.MONITORING_RECORDED]):
        fold.apply(json.loads(body))
    fold.events, fold.last_event = len(found), max((seq for seq, _ in found), default=0)
    return fold


def _served(fold: Fold, version: str, deployment: str | None, moment: datetime) -> dict[str, Any]:
    row, deployed = fold.get(Version, version), fold.get(Deployment, deployment)
    request = fold.get(ApprovalRequest, deployed.request) if deployed is not None else None
    values: dict[str, Any] = {"version": version, "deployment": deployment}
    values["artifact_digest"] = row.artifact.digest if row is not None else None
    for source, names in ((row, OF_VERSION), (deployed, OF_DEPLOYMENT)):
        if source is not None:
            values |= {name: getattr(source, name) for name in names}
    if request is not None:
        values |= _approved(fold, request)
    values["open_findings"] = [_snapshot(FindingSnapshot, one) for one in _findings(fold, version)]
    values["waivers"] = [_snapshot(WaiverSnapshot, one) for one in _waivers(fold, version, moment)]
    return values


def _approved(fold: Fold, request: ApprovalRequest) -> dict[str, Any]:
    verdicts = fold.get(VerdictSet, request.verdict_set)
    votes = sorted(fold.find(Vote, lambda one: one.request == request.key), key=lambda one: one.decided_at)
    return {
        "request": request.key,
        "request_digest": request.request_digest,
        "approved_at": request.decided_at,
        "approvers": [_snapshot(Approver, one, name=one.printed_name) for one in votes],
        "evidence_digest": request.evidence_digest,
        "standards_digest": request.standards_digest,
        "standards": verdicts.standards if verdicts is not None else (),
        "verdict_set": request.verdict_set,
    }


def _findings(fold: Fold, version: str) -> list[Finding]:
    return fold.find(Finding, lambda one: one.version == version and one.state != "closed")


def _waivers(fold: Fold, version: str, moment: datetime) -> list[Waiver]:
    mine = fold.find(Waiver, lambda one: one.version == version and one.state == "granted")
    return [one for one in mine if one.expires_at > moment]


def _snapshot(kind: type[Frozen], row: Row, **more: object) -> dict[str, Any]:
    return {name: more[name] if name in more else getattr(row, name) for name in kind.model_fields}
