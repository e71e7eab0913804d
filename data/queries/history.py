"""Any past moment, asked of the log itself: what was in production then, who approved it, on what evidence.

The state tables say what is; the events say what was. Folding the events up to a moment gives the tables as they
stood. `effective` counts the business time of an event, `recorded` when the registry learned of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

import duckdb
from pydantic import Field

from data.errors import NotFoundError
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment, Slot
from data.records.instant import Instant, write_instant
from data.records.model import Model
from data.records.monitoring import Alert
from data.records.names import short, slot_key
from data.records.review import Finding, VerdictSet, Waiver
from data.records.row import Frozen, Row
from data.records.version import Version

R = TypeVar("R", bound=Row)
Source = duckdb.DuckDBPyConnection | Iterable[bytes]
Clock = Literal["effective", "recorded"]
RANGE = 20_000
MARKED = """
SELECT body FROM audit_event
WHERE seq >= ? AND seq < ? AND coalesce(contains(try(decode(body)), ?), true)
ORDER BY seq
"""
OF_VERSION = ("number", "review_state", "valid_until")
OF_DEPLOYMENT = ("use", "from_at", "rollback_of", "reason")


class Approver(Frozen):
    """Who decided on what was in production, in which role, and what proves that it was them."""

    person: str
    name: str
    role: str
    decision: str
    meaning: str
    proof: str
    deputy_of: str | None
    decided_at: Instant
    statement_digest: str


class OpenFinding(Frozen):
    """A finding that was not closed then."""

    key: str
    severity: str
    title: str
    state: str
    owner: str
    due_at: Instant


class StandingWaiver(Frozen):
    """A waiver that was in force then."""

    key: str
    control: str
    reason: str
    approver: str | None
    expires_at: Instant


class Standing(Frozen):
    """What was true of a model at a moment. Without a version in the slot, everything about one is empty.

    `events` counts the events that the answer rests on, `last_event` is the number of the newest of them.
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
    open_findings: tuple[OpenFinding, ...] = ()
    waivers: tuple[StandingWaiver, ...] = ()
    events: int = 0
    last_event: int = 0


class LogEntry(Frozen):
    """One event about a model, as the log holds it; `alerts` are the alerts that it changed as it left them."""

    seq: int
    id: str
    type: str
    subject: str
    actor: str
    auth: str
    recorded_at: str
    effective_at: str
    run: str | None
    data: dict[str, Any]
    rows: tuple[str, ...]
    alerts: tuple[Alert, ...] = Field(default=(), exclude=True, repr=False)


@dataclass
class Fold:
    """State tables as they stood: the values of each row by table and key, and how many events made them."""

    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    events: int = 0
    last_event: int = 0

    def take(self, event: dict[str, Any]) -> None:
        """Apply the row images of one event."""
        for image in event["rows"]:
            self.tables.setdefault(image["table"], {})[image["key"]] = _row(image)
        self.events += 1
        self.last_event = event["seq"]

    def get(self, kind: type[R], key: str | None) -> R | None:
        """A row as it stood, or None."""
        values = self.tables.get(kind.table, {}).get(key or "")
        return kind.model_validate(values) if values is not None else None

    def find(self, kind: type[R], fits: Callable[[R], bool]) -> list[R]:
        """The rows of a table, as they stood, that fit."""
        rows = [kind.model_validate(values) for values in self.tables.get(kind.table, {}).values()]
        return [row for row in rows if fits(row)]


def as_of(
    source: Source,
    model: str,
    moment: datetime,
    *,
    by: Clock = "effective",
    environment: str = "production",
    slot: str = "champion",
) -> Standing:
    """What stood in a slot of a model (its key) at a moment, folded from the log in one pass.

    Raises NotFoundError when the model was not on the inventory by then.
    """
    fold = fold_until(source, moment, by=by, about=model)
    row = fold.get(Model, model)
    if row is None:
        raise NotFoundError(
            f"{short(model)} was not registered by {write_instant(moment)}",
            f"`modelward history {short(model)}` shows when its life begins",
        )
    place = fold.get(Slot, slot_key(model, environment, slot))
    told: dict[str, Any] = {"model": model, "as_of": moment, "by": by, "environment": environment, "slot": slot}
    told |= {"owner": row.owner, "tier": row.tier, "events": fold.events, "last_event": fold.last_event}
    if place is not None and place.version is not None:
        told |= _served(fold, place.version, place.deployment, moment)
    return Standing.model_validate(told)


def fold_until(source: Source, moment: datetime, *, by: Clock = "effective", about: str = "") -> Fold:
    """The state tables as they stood at a moment; with `about`, only rows of events that mention that key."""
    limit, clock = write_instant(moment), f"{by}_at"
    fold = Fold()
    for event in _events(source, about):
        if event[clock] <= limit:
            fold.take(event)
    return fold


def events(
    source: Source, model: str = "", since: datetime | None = None, until: datetime | None = None
) -> list[LogEntry]:
    """Every event about a model or anything below it (all events without one), oldest first.

    `since` and `until` bound the business time, both included.
    """
    low = write_instant(since) if since is not None else ""
    high = write_instant(until) if until is not None else "9999"
    return [
        _entry(event)
        for event in _events(source, model)
        if low <= event["effective_at"] <= high and _concerns(event, model)
    ]


def _served(fold: Fold, version: str, deployment: str | None, moment: datetime) -> dict[str, Any]:
    row, deployed = fold.get(Version, version), fold.get(Deployment, deployment)
    request = fold.get(ApprovalRequest, deployed.request) if deployed is not None else None
    told: dict[str, Any] = {"version": version, "deployment": deployment}
    told["artifact_digest"] = row.artifact.digest if row is not None else None
    for one, names in ((row, OF_VERSION), (deployed, OF_DEPLOYMENT)):
        if one is not None:
            told |= {name: getattr(one, name) for name in names}
    if request is not None:
        told |= _approved(fold, request)
    told["open_findings"] = [_shown(OpenFinding, one) for one in _findings(fold, version)]
    told["waivers"] = [_shown(StandingWaiver, one) for one in _waivers(fold, version, moment)]
    return told


def _approved(fold: Fold, request: ApprovalRequest) -> dict[str, Any]:
    verdicts = fold.get(VerdictSet, request.verdict_set)
    votes = sorted(fold.find(Vote, lambda one: one.request == request.key), key=lambda one: one.decided_at)
    return {
        "request": request.key,
        "request_digest": request.request_digest,
        "approved_at": request.decided_at,
        "approvers": [_shown(Approver, one, name=one.printed_name) for one in votes],
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


def _shown(kind: type[Frozen], row: Row, **more: object) -> dict[str, Any]:
    return {name: more[name] if name in more else getattr(row, name) for name in kind.model_fields}


def _events(source: Source, about: str) -> Iterator[dict[str, Any]]:
    """The parsed events in order; bodies that do not mention `about` are not even parsed."""
    mark = f'"{about}'
    for body in _bodies(source, mark):
        if mark.encode() in body:
            yield json.loads(body)


def _bodies(source: Source, mark: str) -> Iterator[bytes]:
    """Bodies that may hold a mark; of a registry those alone that do, for the log is long and the database quick."""
    if not isinstance(source, duckdb.DuckDBPyConnection):
        yield from source
        return
    row = source.execute("SELECT coalesce(max(seq), -1) FROM audit_event").fetchone()
    for start in range(0, int(row[0]) + 1 if row else 0, RANGE):
        yield from (row[0] for row in source.execute(MARKED, [start, start + RANGE, mark]).fetchall())


def _concerns(event: dict[str, Any], model: str) -> bool:
    keys = [event["subject"], *(image["key"] for image in event["rows"])]
    return not model or any(key == model or key.startswith(model + "/") for key in keys)


def _row(image: dict[str, Any]) -> dict[str, Any]:
    return {"key": image["key"], "rev": image["rev"], **image["values"]}


def _entry(event: dict[str, Any]) -> LogEntry:
    return LogEntry(
        seq=event["seq"],
        id=event["id"],
        type=event["type"],
        subject=event["subject"],
        actor=event["actor"]["id"],
        auth=event["actor"]["auth"],
        recorded_at=event["recorded_at"],
        effective_at=event["effective_at"],
        run=event["refs"].get("run"),
        data=event["data"],
        rows=tuple(image["key"] for image in event["rows"]),
        alerts=tuple(Alert.model_validate(_row(one)) for one in event["rows"] if one["table"] == Alert.table),
    )
