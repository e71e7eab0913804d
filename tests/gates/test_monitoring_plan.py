"""Monitoring plan: there before it is needed, with rules, reasons and somebody to wake."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows
from tests.gates.rows import NOW, days

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a plan with rules and reasons passes": ({}, "passed"),
    "a plan recorded this moment passes": ({"recorded_at": NOW}, "passed"),
    "a plan recorded later fails": ({"recorded_at": NOW + days(1)}, "failed"),
    "a plan without rules fails": ({"rules": ()}, "failed"),
    "a plan without a reason fails": ({"rationale": " "}, "failed"),
}


@pytest.mark.parametrize("case", CASES)
def test_monitoring_plan(case: str) -> None:
    changes, outcome = CASES[case]
    found = rows.judged("monitoring_plan", rows.evidence(monitoring_plan=rows.monitoring_plan(**changes)))
    assert rows.outcomes(found) == {"monitoring plan": outcome}


def test_no_plan_is_unproven() -> None:
    found = rows.judged("monitoring_plan", rows.evidence(monitoring_plan=None))
    assert rows.outcomes(found) == {"monitoring plan": "unproven"}


def test_where_a_response_is_asked_the_model_names_whom_an_alert_reaches_and_what_they_do() -> None:
    whole = rows.outcomes(rows.judged("monitoring_plan", rows.evidence(), response=True))
    bare = rows.evidence(model=rows.model(alert_route="", runbook=" "))
    assert whole == {"monitoring plan": "passed", "alert route": "passed", "runbook": "passed"}
    assert rows.outcomes(rows.judged("monitoring_plan", bare, response=True)) == {
        "monitoring plan": "passed",
        "alert route": "unproven",
        "runbook": "unproven",
    }
