"""Part of a standard: which roles must approve a deployment, by environment, risk tier and change class.

The votes are counted in `data/registry/approvals.py`. `data/registry/rules/approval.py` judges the commands that open
and close a request, `data/registry/rules/decision.py` judges a vote.
"""

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
DayCount = Annotated[int, Field(ge=1, le=3660)]
Roles = Annotated[dict[Role, Annotated[int, Field(ge=1, le=9)]], Field(min_length=1)]
Tiers = Annotated[tuple[Tier, ...], Field(min_length=1)]
Changes = Annotated[tuple[ChangeClass, ...], Field(min_length=1)]


class ApprovalRule(Frozen):
    """The roles that approve a deployment and the number of people in each; the first rule that applies is used.

    `request_days`: days for which a request stays open; `approval_days`: days for which an approval is valid.
    """

    environments: Annotated[tuple[str, ...], Field(min_length=1)] = (ANYWHERE,)
    tiers: Tiers = TIERS
    changes: Changes = CHANGES
    roles: Roles
    request_days: DayCount
    approval_days: DayCount
    rationale: Annotated[str, Field(min_length=1)]

    def fits(self, tier: int, change_class: str, environment: str) -> bool:
        """Return True if this rule applies to the tier, the change class and the environment."""
        here = environment in self.environments or ANYWHERE in self.environments
        return here and tier in self.tiers and change_class in self.changes


def rule_for(rules: Sequence[ApprovalRule], tier: int, change_class: str, environment: str) -> ApprovalRule | None:
    """Return the first rule that applies to the tier, the change class and the environment, or None."""
    return next((rule for rule in rules if rule.fits(tier, change_class, environment)), None)


def required(roles: dict[Role, int]) -> tuple[RequiredRole, ...]:
    """Return the roles with their number of people in the form that an approval request stores."""
    return tuple(RequiredRole(role=role, count=count) for role, count in roles.items())
