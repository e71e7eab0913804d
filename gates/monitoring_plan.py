"""Is a monitoring plan recorded: what is monitored in production, from which limits on, and who receives the alerts?

Source: SR 26-2 §V.2 and SR 11-7 §V.1.b (ongoing monitoring with a procedure for responding); EU AI Act Art. 72.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from data.records.evidence import Evidence
from data.records.model import MonitoringPlan
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from gates.contract import Criterion, Gate


class MonitoringPlanParameters(Frozen):
    """The fewest rules (a count), and whether the model must name its alert route and its runbook."""

    minimum_rules: Annotated[int, Field(ge=1)] = 1
    response: bool = False


def judge(parameters: MonitoringPlanParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """The newest plan exists, was recorded before `now`, has enough rules and a rationale.

    With `response`, the model also names an alert route and a runbook.

    Source: SR 26-2 §V.2.
    """
    criteria = [Criterion("monitoring plan", _plan(evidence.monitoring_plan, parameters, now))]
    if parameters.response:
        criteria += [
            _response("alert route", evidence.model.alert_route),
            _response("runbook", evidence.model.runbook),
        ]
    return criteria


def _plan(plan: MonitoringPlan | None, parameters: MonitoringPlanParameters, now: datetime) -> Verdict:
    write = "write what is watched, from which value on and why, into the monitoring plan"
    if plan is None:
        return Unproven(missing="a monitoring plan", remedy=write)
    if not plan.recorded_at <= now:
        reason = f"monitoring plan {plan.number} was recorded after this moment, {now:%Y-%m-%d %H:%M} UTC"
        return Failed(reason=reason, remedy="judge again once the plan is recorded")
    if len(plan.rules) < parameters.minimum_rules:
        reason = f"monitoring plan {plan.number} has {len(plan.rules)} rules; at least {parameters.minimum_rules}"
        return Failed(reason=reason, remedy=write)
    if not plan.rationale.strip():
        return Failed(reason=f"monitoring plan {plan.number} does not say why these rules", remedy=write)
    return Passed(because=f"plan {plan.number} with {len(plan.rules)} rules, {plan.recorded_at:%Y-%m-%d}")


def _response(name: str, text: str) -> Criterion:
    if text.strip():
        return Criterion(name, Passed(because=f"{name}: {text}"))
    return Criterion(name, Unproven(missing=f"the model's {name}", remedy=f"name the {name} in model.yaml"))


GATE: Gate[MonitoringPlanParameters] = Gate("monitoring_plan", MonitoringPlanParameters, judge)
