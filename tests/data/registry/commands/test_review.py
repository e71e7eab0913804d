"""Commands about validations, findings, waivers and reviews reject wrong fields, and their subject is a key."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.review import (
    AnswerFinding,
    CloseFinding,
    CompleteReview,
    ConcludeValidation,
    DecideWaiver,
    DisputeFinding,
    ExpireWaiver,
    OpenFinding,
    OpenReview,
    RequestWaiver,
    RevokeWaiver,
)
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[type[Command], str, object]] = {
    "a conclusion that does not exist": (ConcludeValidation, "conclusion", "good enough"),
    "a validation without a scope": (ConcludeValidation, "scope", ""),
    "a validation without limitations": (ConcludeValidation, "limitations", ""),
    "a validation without competence": (ConcludeValidation, "competence", ""),
    "a text that is too long": (ConcludeValidation, "scope", "x" * 20_001),
    "a finding of a severity that does not exist": (OpenFinding, "severity", "fatal"),
    "a finding without a title": (OpenFinding, "title", ""),
    "a title that is too long": (OpenFinding, "title", "x" * 201),
    "an empty answer": (AnswerFinding, "answer", ""),
    "an empty dispute": (DisputeFinding, "reason", ""),
    "closing without a proof": (CloseFinding, "proof", None),
    "a waiver without a reason": (RequestWaiver, "reason", ""),
    "a waiver decision that is neither yes nor no": (DecideWaiver, "grant", "maybe"),
    "revoking a waiver without a reason": (RevokeWaiver, "reason", ""),
    "a review without a reason": (OpenReview, "reason", ""),
    "a review without an outcome": (CompleteReview, "outcome", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_command_with_a_wrong_field_is_rejected(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_the_subject_of_a_command_is_its_key() -> None:
    assert ExpireWaiver(key="models/a/b/versions/1/waivers/1").subject == "models/a/b/versions/1/waivers/1"
