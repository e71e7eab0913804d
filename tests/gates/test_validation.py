"""Validation: an independent person concluded, and stated scope, limitations and competence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows

CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "the conclusion fit passes": ({}, "conclusion", "passed"),
    "the conclusion fit with conditions passes": ({"conclusion": "fit with conditions"}, "conclusion", "passed"),
    "the conclusion not fit fails": ({"conclusion": "not fit"}, "conclusion", "failed"),
    "an independent validator passes": ({}, "independence", "passed"),
    "a contributor as validator fails": ({"validator": "dmitri"}, "independence", "failed"),
    "the submitter as validator fails in another spelling": ({"validator": "people/Dana"}, "independence", "failed"),
    "a missing validator fails": ({"validator": " "}, "independence", "failed"),
    "a conclusion without limitations fails": ({"limitations": " "}, "stated limitations", "failed"),
    "a conclusion without scope fails": ({"scope": ""}, "stated scope", "failed"),
    "a conclusion without competence fails": ({"competence": ""}, "stated competence", "failed"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_a_validation(case: str) -> None:
    changes, criterion, outcome = CASES[case]
    found = rows.judged("validation", rows.evidence(validations=(rows.validation(**changes),)))
    assert rows.outcomes(found)[criterion] == outcome


def test_a_missing_conclusion_is_unproven() -> None:
    assert rows.outcomes(rows.judged("validation", rows.evidence(validations=()))) == {"conclusion": "unproven"}


def test_the_latest_conclusion_counts() -> None:
    both = (rows.validation(number=2, conclusion="not fit"), rows.validation())
    assert rows.outcomes(rows.judged("validation", rows.evidence(validations=both)))["conclusion"] == "failed"


def test_independence_is_unproven_if_the_contributors_are_unknown() -> None:
    orphan = rows.evidence(version=rows.version(contributors=(), submitter=""))
    assert rows.outcomes(rows.judged("validation", orphan))["independence"] == "unproven"
