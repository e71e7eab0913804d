"""Retirements and their parties as they are stored."""

from __future__ import annotations

import pytest

from data.records.retirement import Retirement, RetirementParty
from data.records.row import Row
from tests.stored_words import choices

WORDS: dict[tuple[type[Row], str], str] = {
    (Retirement, "state"): "opened | noticed | planned | approved | sunset | quiet | withdrawn | archived",
    (RetirementParty, "answer"): "none | acknowledged | objected | silence accepted",
    (RetirementParty, "transition"): "missing | planned | moved",
}


@pytest.mark.parametrize("kind,field", WORDS, ids=lambda part: getattr(part, "__name__", part))
def test_stored_values_do_not_change(kind: type[Row], field: str) -> None:
    assert choices(kind, field) == WORDS[kind, field]


def test_a_party_starts_with_no_answer_and_no_plan() -> None:
    party = RetirementParty(key="k", retirement="r", system="s", declared=True)
    assert (party.answer, party.transition, party.notices) == ("none", "missing", 0)
