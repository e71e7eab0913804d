"""Findings: a blocking finding must be closed by another person than its owner, and an overdue finding blocks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows
from tests.gates.rows import NOW, days

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "an open finding of a blocking severity fails": ({}, "failed"),
    "an answered finding of a blocking severity fails": ({"state": "answered"}, "failed"),
    "a disputed finding of a blocking severity fails": ({"state": "disputed"}, "failed"),
    "a finding closed by another person passes": ({"state": "closed", "closed_by": "vera"}, "passed"),
    "a finding closed by its owner fails": ({"state": "closed", "closed_by": "people/Dana"}, "failed"),
    "a closed finding without a recorded person fails": ({"state": "closed"}, "failed"),
    "a finding of low severity closed by its owner fails": (
        {"state": "closed", "closed_by": "dana", "severity": "low"},
        "failed",
    ),
    "an open finding of medium severity passes": ({"severity": "medium"}, "passed"),
    "an overdue finding of low severity fails": ({"severity": "low", "due_at": NOW}, "failed"),
    "a condition that is not overdue passes": (
        {"origin": "condition", "severity": "critical"},
        "passed",
    ),
    "an overdue condition fails": ({"origin": "condition", "due_at": NOW - days(1)}, "failed"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_a_finding(case: str) -> None:
    changes, outcome = CASES[case]
    found = rows.judged("findings", rows.evidence(findings=(rows.finding(**changes),)))
    assert rows.outcomes(found) == {"finding 1": outcome}


@pytest.mark.parametrize(
    "state, step", [("open", "have dana answer"), ("answered", "have a person other than dana close")]
)
def test_the_remedy_is_the_next_step(state: str, step: str) -> None:
    (only,) = rows.judged("findings", rows.evidence(findings=(rows.finding(state=state),)))
    assert step in rows.words(only)


def test_evidence_without_findings_passes() -> None:
    (only,) = rows.judged("findings", rows.evidence())
    assert "no finding was raised" in rows.words(only)


def test_an_overdue_finding_passes_if_the_standard_allows_it() -> None:
    late = rows.evidence(findings=(rows.finding(severity="low", due_at=NOW - days(1)),))
    assert rows.outcomes(rows.judged("findings", late, overdue_blocks=False)) == {"finding 1": "passed"}


def test_the_standard_chooses_the_blocking_severities() -> None:
    low = rows.evidence(findings=(rows.finding(severity="low"),))
    assert rows.outcomes(rows.judged("findings", low, blocking=["low"])) == {"finding 1": "failed"}
