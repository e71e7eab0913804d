"""Validation: an independent person concluded, and said on what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows

CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "fit passes": ({}, "conclusion", "passed"),
    "fit with conditions passes": ({"conclusion": "fit with conditions"}, "conclusion", "passed"),
    "not fit fails": ({"conclusion": "not fit"}, "conclusion", "failed"),
    "a validator who did not work on it passes": ({}, "independence", "passed"),
    "a validator who contributed fails": ({"validator": "dmitri"}, "independence", "failed"),
    "the submitter under a longer name fails": ({"validator": "people/Dana"}, "independence", "failed"),
    "an unnamed validator fails": ({"validator": " "}, "independence", "failed"),
    "a conclusion without limitations fails": ({"limitations": " "}, "stated limitations", "failed"),
    "a conclusion without scope fails": ({"scope": ""}, "stated scope", "failed"),
    "a conclusion without competence fails": ({"competence": ""}, "stated competence", "failed"),
}


@pytest.mark.parametrize("case", CASES)
def test_validation(case: str) -> None:
    changes, criterion, outcome = CASES[case]
    found = rows.judged("validation", rows.evidence(validations=(rows.validation(**changes),)))
    assert rows.outcomes(found)[criterion] == outcome


def test_nobody_concluded_is_unproven() -> None:
    assert rows.outcomes(rows.judged("validation", rows.evidence(validations=()))) == {"conclusion": "unproven"}


def test_the_newest_conclusion_counts() -> None:
    both = (rows.validation(number=2, conclusion="not fit"), rows.validation())
    assert rows.outcomes(rows.judged("validation", rows.evidence(validations=both)))["conclusion"] == "failed"


def test_nobody_is_independent_of_a_version_that_nobody_is_known_to_have_made() -> None:
    orphan = rows.evidence(version=rows.version(contributors=(), submitter=""))
    assert rows.outcomes(rows.judged("validation", orphan))["independence"] == "unproven"
