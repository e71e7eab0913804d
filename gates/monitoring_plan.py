"""Gate: a monitoring plan is recorded, with enough watch rules and a rationale, and alerts have a receiver.

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
    """The minimum number of watch rules, and whether the model must state its alert route and its runbook."""

    minimum_rules: Annotated[int, Field(ge=1)] = 1
    response: bool = False


def judge(parameters: MonitoringPlanParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion on the latest plan: it was recorded by `now`, has enough rules and a rationale.

    With `response`, two more criteria require that the model states an alert route and a runbook.

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
    write = "add watch rules with their margins and a rationale to the monitoring plan, and register the version again"
    if plan is None:
        return Unproven(missing="a monitoring plan", remedy=write)
    if not plan.recorded_at <= now:
        reason = (
            f"monitoring plan {plan.number} was recorded after the time of this judgement, {now:%Y-%m-%d %H:%M} UTC"
        )
        return Failed(reason=reason, remedy="judge the version as of a later time")
    if len(plan.rules) < parameters.minimum_rules:
        needed = f"at least {parameters.minimum_rules} are needed"
        reason = f"monitoring plan {plan.number} has {_rules(len(plan.rules))}; {needed}"
        return Failed(reason=reason, remedy=write)
    if not plan.rationale.strip():
        return Failed(reason=f"monitoring plan {plan.number} has no rationale", remedy=write)
    return Passed(because=f"plan {plan.number} with {_rules(len(plan.rules))}, {plan.recorded_at:%Y-%m-%d}")


def _rules(count: int) -> str:
    return "1 rule" if count == 1 else f"{count} rules"


def _response(name: str, text: str) -> Criterion:
    if text.strip():
        return Criterion(name, Passed(because=f"{name}: {text}"))
    return Criterion(name, Unproven(missing=f"the model's {name}", remedy=f"add the {name} to model.yaml"))


GATE: Gate[MonitoringPlanParameters] = Gate("monitoring_plan", MonitoringPlanParameters, judge)
