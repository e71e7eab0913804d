"""Findings: grave ones closed by somebody else, late ones never overlooked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows
from tests.gates.rows import NOW, days

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "an open finding of a blocking severity fails": ({}, "failed"),
    "an answered one still blocks": ({"state": "answered"}, "failed"),
    "a disputed one still blocks": ({"state": "disputed"}, "failed"),
    "one closed by somebody else passes": ({"state": "closed", "closed_by": "vera"}, "passed"),
    "one closed by its owner fails": ({"state": "closed", "closed_by": "people/Dana"}, "failed"),
    "one closed by nobody known fails": ({"state": "closed"}, "failed"),
    "a lesser one closed by its owner fails too": (
        {"state": "closed", "closed_by": "dana", "severity": "low"},
        "failed",
    ),
    "an open finding of a lesser severity passes": ({"severity": "medium"}, "passed"),
    "a lesser one that is late fails": ({"severity": "low", "due_at": NOW}, "failed"),
    "a condition that is not due passes, whatever its severity": (
        {"origin": "condition", "severity": "critical"},
        "passed",
    ),
    "a condition that is late fails": ({"origin": "condition", "due_at": NOW - days(1)}, "failed"),
}


@pytest.mark.parametrize("case", CASES)
def test_findings(case: str) -> None:
    changes, outcome = CASES[case]
    found = rows.judged("findings", rows.evidence(findings=(rows.finding(**changes),)))
    assert rows.outcomes(found) == {"finding 1": outcome}


def test_no_finding_passes_and_says_so() -> None:
    (only,) = rows.judged("findings", rows.evidence())
    assert "no finding was raised" in rows.words(only)


def test_a_standard_may_let_late_findings_of_lesser_severity_wait() -> None:
    late = rows.evidence(findings=(rows.finding(severity="low", due_at=NOW - days(1)),))
    assert rows.outcomes(rows.judged("findings", late, overdue_blocks=False)) == {"finding 1": "passed"}


def test_a_standard_names_the_severities_that_block() -> None:
    low = rows.evidence(findings=(rows.finding(severity="low"),))
    assert rows.outcomes(rows.judged("findings", low, blocking=["low"])) == {"finding 1": "failed"}
