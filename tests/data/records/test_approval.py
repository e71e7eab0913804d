"""Requests and votes as they are stored."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from data.records.approval import ApprovalRequest, Condition, RequiredRole, Vote
from tests.stored_words import choices

WORDS = {
    (ApprovalRequest, "purpose"): "deploy | retire | ratify | release",
    (ApprovalRequest, "state"): "pending | approved | rejected | returned | expired | withdrawn",
    (Vote, "decision"): "approve | approve with conditions | return for changes | reject | recuse",
    (Vote, "proof"): "totp | ssh",
}


@pytest.mark.parametrize("kind,field", WORDS, ids=lambda part: getattr(part, "__name__", part))
def test_stored_values_do_not_change(kind: type[ApprovalRequest], field: str) -> None:
    assert choices(kind, field) == WORDS[kind, field]


def test_a_required_role_needs_one_person_by_default() -> None:
    assert RequiredRole.model_validate({"role": "approver"}).count == 1
    with pytest.raises(ValidationError):
        RequiredRole.model_validate({"role": "emperor"})


def test_a_condition_needs_a_due_date() -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate({"text": "correct it"})
