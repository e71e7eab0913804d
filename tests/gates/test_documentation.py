"""Documentation: each section is present, long enough and not stale."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows

CASES: dict[str, tuple[dict[str, Any] | None, str]] = {
    "a section with the current digest passes": ({}, "passed"),
    "a missing section is unproven": (None, "unproven"),
    "a section of too few words fails": ({"words": 19}, "failed"),
    "a section of the minimum number of words passes": ({"words": 20}, "passed"),
    "a generated section may be short": ({"words": 3, "generated": True}, "passed"),
    "a section whose subject has changed fails": ({"current_digest": rows.digest("7")}, "failed"),
    "a generated section whose subject has changed fails": (
        {"generated": True, "current_digest": rows.digest("7")},
        "failed",
    ),
    "a section that describes nothing passes": (
        {"describes": "nothing", "described_digest": None, "current_digest": None},
        "passed",
    ),
    "a section without the digest of its subject is unproven": ({"described_digest": None}, "unproven"),
    "a section without the current digest is unproven": ({"current_digest": None}, "unproven"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_a_section(case: str) -> None:
    changes, outcome = CASES[case]
    sections = () if changes is None else (rows.section(**changes),)
    found = rows.judged("documentation", rows.evidence(sections=sections), sections=["purpose"], minimum_words=20)
    assert rows.outcomes(found) == {"section purpose": outcome}


def test_only_the_required_sections_are_judged() -> None:
    found = rows.judged("documentation", rows.evidence(), sections=["purpose", "theory"])
    assert rows.outcomes(found) == {"section purpose": "passed", "section theory": "unproven"}


def test_a_stale_section_names_its_subject_and_a_short_one_has_its_words_measured() -> None:
    stale = rows.evidence(sections=(rows.section(describes="features", current_digest=rows.digest("7")),))
    assert "the features has changed since it was written" in rows.words(
        rows.judged("documentation", stale, sections=["purpose"])[0]
    )
    short = rows.judged("documentation", rows.evidence(sections=(rows.section(words=3),)), sections=["purpose"])[0]
    assert (short.measured, short.limit) == (3.0, 25.0)
