"""Retirements: what these commands do not even take, and what they are about."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.retirement import AcceptSilence, AnswerNotice, OpenRetirement, PlanTransition, RecordTraffic
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[type[Command], str, object]] = {
    "a retirement without a reason": (OpenRetirement, "reason", ""),
    "a quiet window of no day": (OpenRetirement, "quiet_days", 0),
    "an answer nobody knows": (AnswerNotice, "answer", "perhaps"),
    "silence accepted without a reason": (AcceptSilence, "reason", ""),
    "silence accepted without a proof": (AcceptSilence, "proof", None),
    "a move to nothing": (PlanTransition, "moves_to", ""),
    "traffic below zero": (RecordTraffic, "rows", -1),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_what_it_is_about() -> None:
    key = "models/a/b/versions/1/retirement"
    assert AnswerNotice(key=key, system="s", answer="objected").subject == key
