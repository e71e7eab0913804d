"""What a standard demands after deployment: ratification of urgent actions, reviews, retirement."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from data.records.person import Role
from data.records.row import Frozen
from gates.approval_rule import TIERS, Days, Roles, Tiers


class OversightRule(Frozen):
    """By tier: hours until a rollback or suspension is ratified and by which roles, days between periodic reviews."""

    tiers: Tiers = TIERS
    ratify_hours: Annotated[int, Field(ge=1, le=720)]
    ratify_roles: Roles
    review_days: Days
    rationale: Annotated[str, Field(min_length=1)]


class EmergencyRule(Frozen):
    """By tier: who may release at once, hours until it is ratified and by which roles, days it may serve."""

    tiers: Tiers = TIERS
    release_roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    ratify_hours: Annotated[int, Field(ge=1, le=720)]
    ratify_roles: Roles
    standing_days: Days
    rationale: Annotated[str, Field(min_length=1)]


class RetirementRule(Frozen):
    """By tier: days from notice to sunset and without traffic, years of keeping; who approves, who accepts silence."""

    tiers: Tiers = TIERS
    notice_days: Days
    quiet_days: Days
    retention_years: Annotated[int, Field(ge=1, le=100)]
    roles: Roles
    silence_role: Role = Role.RISK_ACCEPTOR
    request_days: Days
    rationale: Annotated[str, Field(min_length=1)]
