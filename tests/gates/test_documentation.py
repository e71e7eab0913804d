"""Documentation: present, saying something, and about the version as it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows

CASES: dict[str, tuple[dict[str, Any] | None, str]] = {
    "a section about the purpose as it is now passes": ({}, "passed"),
    "a section that was never written is unproven": (None, "unproven"),
    "a section of too few words fails": ({"words": 19}, "failed"),
    "a section of just enough words passes": ({"words": 20}, "passed"),
    "a generated section may be short": ({"words": 3, "generated": True}, "passed"),
    "a section whose subject changed since is stale": ({"current_digest": rows.digest("7")}, "failed"),
    "a generated section can be stale too": ({"generated": True, "current_digest": rows.digest("7")}, "failed"),
    "a section about nothing that changes never goes stale": (
        {"describes": "nothing", "described_digest": None, "current_digest": None},
        "passed",
    ),
    "a section not tied to what it describes is unproven": ({"described_digest": None}, "unproven"),
    "a section whose subject is not known now is unproven": ({"current_digest": None}, "unproven"),
}


@pytest.mark.parametrize("case", CASES)
def test_documentation(case: str) -> None:
    changes, outcome = CASES[case]
    sections = () if changes is None else (rows.section(**changes),)
    found = rows.judged("documentation", rows.evidence(sections=sections), sections=["purpose"], minimum_words=20)
    assert rows.outcomes(found) == {"section purpose": outcome}


def test_every_section_demanded_is_judged_and_no_other() -> None:
    found = rows.judged("documentation", rows.evidence(), sections=["purpose", "theory"])
    assert rows.outcomes(found) == {"section purpose": "passed", "section theory": "unproven"}


def test_a_stale_section_names_what_changed_and_a_short_one_its_words() -> None:
    stale = rows.evidence(sections=(rows.section(describes="features", current_digest=rows.digest("7")),))
    assert "the features it describes has changed" in rows.words(
        rows.judged("documentation", stale, sections=["purpose"])[0]
    )
    short = rows.judged("documentation", rows.evidence(sections=(rows.section(words=3),)), sections=["purpose"])[0]
    assert (short.measured, short.limit) == (3.0, 25.0)
