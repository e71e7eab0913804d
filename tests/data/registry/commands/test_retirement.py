"""Commands about retirements reject wrong fields, and their subject is a key."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.retirement import AcceptSilence, AnswerNotice, OpenRetirement, PlanTransition, RecordTraffic
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[type[Command], str, object]] = {
    "a retirement without a reason": (OpenRetirement, "reason", ""),
    "zero quiet days": (OpenRetirement, "quiet_days", 0),
    "an answer that does not exist": (AnswerNotice, "answer", "perhaps"),
    "silence accepted without a reason": (AcceptSilence, "reason", ""),
    "silence accepted without a proof": (AcceptSilence, "proof", None),
    "a move to nothing": (PlanTransition, "moves_to", ""),
    "traffic below zero": (RecordTraffic, "rows", -1),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_command_with_a_wrong_field_is_rejected(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_the_subject_of_an_answer_is_its_retirement() -> None:
    key = "models/a/b/versions/1/retirement"
    assert AnswerNotice(key=key, system="s", answer="objected").subject == key
