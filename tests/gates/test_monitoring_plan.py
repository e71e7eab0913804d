"""Monitoring plan: recorded, with rules on the inputs and a rationale, and with a receiver of alerts."""

from __future__ import annotations

from typing import Any

import pytest

from data.records.measurement import CannotSay
from data.records.model import ColumnMapping
from tests.gates import rows
from tests.gates.rows import NOW, days

INPUTS = "rules on the inputs"
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
    assert rows.outcomes(found)["monitoring plan"] == outcome


def test_a_missing_plan_is_unproven() -> None:
    found = rows.judged("monitoring_plan", rows.evidence(monitoring_plan=None))
    assert rows.outcomes(found) == {"monitoring plan": "unproven"}


def test_with_response_the_model_must_state_alert_route_and_runbook() -> None:
    whole = rows.outcomes(rows.judged("monitoring_plan", rows.evidence(), response=True))
    bare = rows.evidence(model=rows.model(alert_route="", runbook=" "))
    assert whole == {"monitoring plan": "passed", INPUTS: "passed", "alert route": "passed", "runbook": "passed"}
    assert rows.outcomes(rows.judged("monitoring_plan", bare, response=True)) == {
        "monitoring plan": "passed",
        INPUTS: "passed",
        "alert route": "unproven",
        "runbook": "unproven",
    }


def rule(statistic: str, column: str = "distance", **values: object) -> dict[str, object]:
    return {"statistic": statistic, "column": column, "margin": 0.1, **values}


RULES: dict[str, tuple[tuple[dict[str, object], ...], str]] = {
    "drift of an input passes": ((rule("psi"),), "passed"),
    "missing values of an input pass": ((rule("auc", "score"), rule("null_rate")), "passed"),
    "only the ranking fails": ((rule("auc", "score"),), "failed"),
    "only the drift of the score fails": ((rule("psi", "score"),), "failed"),
    "only the loss residual fails": ((rule("loss_residual", "score"),), "failed"),
    "drift of a column that is no input fails": ((rule("psi", "humidity"),), "failed"),
    "a share that cannot rise above its margin fails": ((rule("ks", margin=1.0),), "failed"),
    "a share that cannot fall below its margin fails": ((rule("null_rate", direction="down"),), "failed"),
    "a share that can fall below its margin passes": ((rule("null_rate", direction="down", reference=0.5),), "passed"),
    "a share that can move to one side passes": ((rule("ks", direction="both"),), "passed"),
    "a share with an unknown direction fails": ((rule("ks", direction="sideways"),), "failed"),
    "no rule at all fails": ((), "failed"),
}


@pytest.mark.parametrize("case", RULES)
def test_a_rule_on_an_input_is_required(case: str) -> None:
    rules, outcome = RULES[case]
    found = rows.judged("monitoring_plan", rows.evidence(monitoring_plan=rows.monitoring_plan(rules=rules)))
    assert rows.outcomes(found)[INPUTS] == outcome


STAND_INS = {"psi:score": "passed", "loss_residual:score": "passed", "auc:score": "failed", "psi:distance": "failed"}


@pytest.mark.parametrize("name", STAND_INS)
def test_without_a_readable_input_the_score_or_the_loss_residual_stands_in(name: str) -> None:
    plan = rows.monitoring_plan(rules=(rule(*name.split(":")),))
    whole = rows.evidence(monitoring_plan=plan, model=rows.model(columns=ColumnMapping()))
    assert rows.outcomes(rows.judged("monitoring_plan", whole))[INPUTS] == STAND_INS[name]


def test_a_standard_can_leave_the_inputs_out() -> None:
    plan = rows.monitoring_plan(rules=(rule("auc", "score"),))
    found = rows.outcomes(rows.judged("monitoring_plan", rows.evidence(monitoring_plan=plan), inputs=False))
    assert found == {"monitoring plan": "passed"}


def test_many_covered_inputs_are_counted_and_the_first_are_named() -> None:
    plan = rows.monitoring_plan(rules=tuple(rule("psi", f"f{one}") for one in range(9)))
    features = tuple({"name": f"f{one}", "kind": "numeric"} for one in range(12))
    model = rows.model(columns=ColumnMapping.model_validate({"features": features}))
    found = rows.judged("monitoring_plan", rows.evidence(monitoring_plan=plan, model=model))
    assert "9 of 12 inputs have a rule: f0, f1, f2, f3, f4, f5…" in rows.words(found[1])


def test_a_rule_without_a_value_on_the_held_out_data_is_unproven_and_says_what_to_submit() -> None:
    plan = rows.monitoring_plan(rules=(rule("psi"), rule("auc", "score")))
    metrics = (rows.metric(value=None, cannot_say=CannotSay.ONE_CLASS),)
    found = rows.judged("monitoring_plan", rows.evidence(monitoring_plan=plan, metrics=metrics))
    assert rows.outcomes(found)["rule auc:score"] == "unproven"
    assert "submit held-out rows with both labels, 0 and 1" in rows.words(found[-1])
    assert "rule auc:score" not in rows.outcomes(rows.judged("monitoring_plan", rows.evidence(monitoring_plan=plan)))
