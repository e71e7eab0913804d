"""Validations, findings, waivers and reviews: what these commands do not even take, and what they are about."""

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
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[type[Command], str, object]] = {
    "a conclusion nobody knows": (ConcludeValidation, "conclusion", "good enough"),
    "a validation of nothing": (ConcludeValidation, "scope", ""),
    "a validation without limits": (ConcludeValidation, "limitations", ""),
    "a validator of no competence": (ConcludeValidation, "competence", ""),
    "a text that goes on": (ConcludeValidation, "scope", "x" * 20_001),
    "a finding of a severity nobody knows": (OpenFinding, "severity", "fatal"),
    "a finding without a title": (OpenFinding, "title", ""),
    "a title that goes on": (OpenFinding, "title", "x" * 201),
    "an empty answer": (AnswerFinding, "answer", ""),
    "an empty dispute": (DisputeFinding, "reason", ""),
    "closing without a proof": (CloseFinding, "proof", None),
    "a waiver without a reason": (RequestWaiver, "reason", ""),
    "a decision on a waiver that is none": (DecideWaiver, "grant", "maybe"),
    "revoking a waiver without a reason": (RevokeWaiver, "reason", ""),
    "a review without a reason": (OpenReview, "reason", ""),
    "a review without an outcome": (CompleteReview, "outcome", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_what_it_is_about() -> None:
    assert ExpireWaiver(key="models/a/b/versions/1/waivers/1").subject == "models/a/b/versions/1/waivers/1"
