"""Parts of a standard: ratification of urgent actions, periodic reviews, emergency releases and retirement."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from data.records.person import Role
from data.records.row import Frozen
from gates.approval_rule import TIERS, DayCount, Roles, Tiers


class OversightRule(Frozen):
    """For some tiers: the hours and roles for ratifying a rollback or suspension, and the days between reviews."""

    tiers: Tiers = TIERS
    ratify_hours: Annotated[int, Field(ge=1, le=720)]
    ratify_roles: Roles
    review_days: DayCount
    rationale: Annotated[str, Field(min_length=1)]


class EmergencyRule(Frozen):
    """For some tiers: who may release in an emergency, the hours and roles for ratification, the days of service."""

    tiers: Tiers = TIERS
    release_roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    ratify_hours: Annotated[int, Field(ge=1, le=720)]
    ratify_roles: Roles
    standing_days: DayCount
    rationale: Annotated[str, Field(min_length=1)]


class RetirementRule(Frozen):
    """For some tiers: the notice period, days without traffic, years of retention, and roles of a retirement.

    `roles` approve the retirement; a person with `silence_role` may accept that a consumer does not answer.
    """

    tiers: Tiers = TIERS
    notice_days: DayCount
    quiet_days: DayCount
    retention_years: Annotated[int, Field(ge=1, le=100)]
    roles: Roles
    silence_role: Role = Role.RISK_ACCEPTOR
    request_days: DayCount
    rationale: Annotated[str, Field(min_length=1)]
