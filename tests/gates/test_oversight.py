"""Oversight and retirement rules need times, roles and people."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from data.records.person import Role
from gates.oversight import OversightRule, RetirementRule

RETIREMENT = {
    "notice_days": 30,
    "quiet_days": 14,
    "retention_years": 10,
    "roles": {"owner": 1},
    "request_days": 14,
    "rationale": "because",
}
OVERSIGHT = {"ratify_hours": 24, "ratify_roles": {"approver": 1}, "review_days": 365, "rationale": "because"}


def test_the_silence_role_is_risk_acceptor_by_default() -> None:
    assert RetirementRule.model_validate(RETIREMENT).silence_role is Role.RISK_ACCEPTOR
    assert RetirementRule.model_validate({**RETIREMENT, "silence_role": "owner"}).silence_role is Role.OWNER


@pytest.mark.parametrize("wrong", [{"quiet_days": 0}, {"roles": {}}, {"notice_days": 0}, {"silence_role": "nobody"}])
def test_a_retirement_rule_without_notice_quiet_days_or_roles_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RetirementRule.model_validate({**RETIREMENT, **wrong})


@pytest.mark.parametrize("wrong", [{"ratify_hours": 0}, {"ratify_roles": {}}, {"review_days": 0}])
def test_an_oversight_rule_without_time_or_roles_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OversightRule.model_validate({**OVERSIGHT, **wrong})
