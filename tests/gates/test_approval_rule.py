"""Approval rules: which cases a rule applies to, and that the first rule is used."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from data.records.approval import RequiredRole
from data.records.person import Role
from gates.approval_rule import ApprovalRule, required, rule_for


def rule(**changes: Any) -> ApprovalRule:
    defaults = {"roles": {"approver": 1}, "request_days": 7, "approval_days": 90, "rationale": "because"}
    return ApprovalRule.model_validate({**defaults, **changes})


CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "a rule without restrictions applies": ({}, True),
    "a rule for this environment applies": ({"environments": ["production"]}, True),
    "a rule for another environment does not apply": ({"environments": ["staging"]}, False),
    "a rule for another tier does not apply": ({"tiers": [1]}, False),
    "a rule for another change does not apply": ({"changes": ["new"]}, False),
    "a rule for this tier and change applies": ({"tiers": [1, 2], "changes": ["new", "material"]}, True),
}


@pytest.mark.parametrize("case", CASES)
def test_a_rule_applies_by_environment_tier_and_change(case: str) -> None:
    changes, fits = CASES[case]
    assert rule(**changes).fits(2, "material", "production") is fits


def test_the_first_rule_that_applies_is_used() -> None:
    strict, broad = rule(tiers=[1], roles={"approver": 2}), rule()
    assert rule_for([strict, broad], 1, "new", "production") is strict
    assert rule_for([strict, broad], 2, "new", "production") is broad
    assert rule_for([strict], 2, "new", "production") is None


@pytest.mark.parametrize(
    "wrong", [{"roles": {}}, {"roles": {"boss": 1}}, {"roles": {"approver": 0}}, {"tiers": []}, {"tiers": [5]}]
)
def test_a_rule_without_roles_or_tiers_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rule(**wrong)


def test_required_roles_have_role_and_count() -> None:
    assert required({Role.OWNER: 1}) == (RequiredRole(role=Role.OWNER, count=1),)
