"""The rows of the inventory with the columns that a list shows: fewer than half of a version, a model or a deployment.

The state reads exactly the columns that a type names, so that a page of the inventory parses no other text.
"""

from __future__ import annotations

from typing import ClassVar

from data.records.instant import Instant
from data.records.model import AppliedStandard
from data.records.row import Row
from data.records.version import Change, CodeState, ReviewState


class VersionFacts(Row):
    """The columns of a `Version` that a list shows."""

    table: ClassVar[str] = "version"
    model: str
    number: int
    code: CodeState
    environment_digest: str | None
    change: Change
    registered_at: Instant
    review_state: ReviewState
    state_reason: str
    valid_until: Instant | None


class ModelFacts(Row):
    """The columns of a `Model` that a list shows."""

    table: ClassVar[str] = "model"
    owner: str
    purpose: str
    intended_uses: tuple[str, ...]
    prohibited_uses: tuple[str, ...]
    tier: int
    tier_rationale: str
    standards: tuple[AppliedStandard, ...]
    alert_route: str
    runbook: str
    state: str


class PlacementFacts(Row):
    """The columns of a `Deployment` that a list shows."""

    table: ClassVar[str] = "deployment"
    version: str
    environment: str
    slot: str
    use: str
    state: str
    from_at: Instant
    to_at: Instant | None
    ended_reason: str
    rollback_of: str | None
    ratified_by: str | None
