"""Who must sign what: the rows of a standard that say which roles approve, by environment, tier and change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from data.records.approval import RequiredRole
from data.records.person import Role
from data.records.row import Frozen
from data.records.version import ChangeClass

TIERS = (1, 2, 3, 4)
CHANGES = tuple(ChangeClass)
ANYWHERE = "*"

Tier = Annotated[int, Field(ge=1, le=4)]
Days = Annotated[int, Field(ge=1, le=3660)]
Roles = Annotated[dict[Role, Annotated[int, Field(ge=1, le=9)]], Field(min_length=1)]
Tiers = Annotated[tuple[Tier, ...], Field(min_length=1)]
Changes = Annotated[tuple[ChangeClass, ...], Field(min_length=1)]


class ApprovalRule(Frozen):
    """Which roles, and how many people in each, approve a deployment; the first rule that applies is used."""

    environments: Annotated[tuple[str, ...], Field(min_length=1)] = (ANYWHERE,)
    tiers: Tiers = TIERS
    changes: Changes = CHANGES
    roles: Roles
    request_days: Days
    approval_days: Days
    rationale: Annotated[str, Field(min_length=1)]

    def fits(self, tier: int, change_class: str, environment: str) -> bool:
        """True when this rule applies to the case."""
        here = environment in self.environments or ANYWHERE in self.environments
        return here and tier in self.tiers and change_class in self.changes


def rule_for(rules: Sequence[ApprovalRule], tier: int, change_class: str, environment: str) -> ApprovalRule | None:
    """The first rule that fits, or None."""
    return next((rule for rule in rules if rule.fits(tier, change_class, environment)), None)


def required(roles: dict[Role, int]) -> tuple[RequiredRole, ...]:
    """Roles and counts as an approval request carries them."""
    return tuple(RequiredRole(role=role, count=count) for role, count in roles.items())
