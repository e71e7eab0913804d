"""Deployments, slots, and the operations that change them."""

from __future__ import annotations

from typing import ClassVar, Literal

from data.records.instant import Instant
from data.records.row import Row

SlotName = Literal["champion", "challenger", "shadow"]
DeploymentState = Literal["deployed", "superseded", "rolled_back", "suspended", "ended"]


class Deployment(Row):
    """A version in a slot of an environment, from a time to a time, and the reason why it ended."""

    table: ClassVar[str] = "deployment"
    model: str
    version: str
    environment: str
    slot: SlotName
    use: str
    state: DeploymentState
    request: str | None
    rollback_of: str | None = None
    reason: str = ""
    passed_over: tuple[dict[str, str], ...] = ()
    ratify_by: Instant | None = None
    ratified_by: str | None = None
    from_at: Instant
    to_at: Instant | None = None
    ended_reason: str = ""
    run_id: str


class Slot(Row):
    """The deployment that serves now in a slot of a model's environment; concurrent commands compare and set this
    row."""

    table: ClassVar[str] = "slot"
    model: str
    environment: str
    slot: SlotName
    deployment: str | None
    version: str | None
    manifest_digest: str | None = None


class Operation(Row):
    """The one change of what serves that a model may have in progress: recorded first, then carried out or undone."""

    table: ClassVar[str] = "operation"
    model: str
    kind: Literal["deploy", "rollback", "suspend", "withdraw"]
    state: Literal["running", "done", "undone"]
    environment: str
    slot: SlotName
    version: str | None
    former_version: str | None
    request: str | None
    former_manifest: str | None = None
    run_id: str
    begun_at: Instant
    begun_by: str
    ended_at: Instant | None = None
    reason: str = ""
