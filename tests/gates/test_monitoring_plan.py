"""Monitoring plan: recorded, with rules and a rationale, and with a receiver of alerts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows
from tests.gates.rows import NOW, days

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a plan with rules and a rationale passes": ({}, "passed"),
    "a plan recorded at the time of the judgement passes": ({"recorded_at": NOW}, "passed"),
    "a plan recorded after the judgement fails": ({"recorded_at": NOW + days(1)}, "failed"),
    "a plan without rules fails": ({"rules": ()}, "failed"),
    "a plan without a rationale fails": ({"rationale": " "}, "failed"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_a_plan(case: str) -> None:
    changes, outcome = CASES[case]
    found = rows.judged("monitoring_plan", rows.evidence(monitoring_plan=rows.monitoring_plan(**changes)))
    assert rows.outcomes(found) == {"monitoring plan": outcome}


def test_a_missing_plan_is_unproven() -> None:
    found = rows.judged("monitoring_plan", rows.evidence(monitoring_plan=None))
    assert rows.outcomes(found) == {"monitoring plan": "unproven"}


def test_with_response_the_model_must_state_alert_route_and_runbook() -> None:
    whole = rows.outcomes(rows.judged("monitoring_plan", rows.evidence(), response=True))
    bare = rows.evidence(model=rows.model(alert_route="", runbook=" "))
    assert whole == {"monitoring plan": "passed", "alert route": "passed", "runbook": "passed"}
    assert rows.outcomes(rows.judged("monitoring_plan", bare, response=True)) == {
        "monitoring plan": "passed",
        "alert route": "unproven",
        "runbook": "unproven",
    }
