"""Gate: a monitoring plan is recorded, with rules on the inputs that can be measured, and alerts have a receiver.

Source: SR 26-2 §V.2 and SR 11-7 §V.1.b (ongoing monitoring with a procedure for responding); EU AI Act Art. 72.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from data.records.evidence import Evidence
from data.records.model import MonitoringPlan
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from gates.contract import Criterion, Gate
from gates.measured import metric_of, value_of, without_value
from monitoring.plan import DRIFT_STATISTICS, SCORE

HELD_OUT, RESIDUAL = "held-out", "loss_residual"
SHARES = ("ks", "null_rate", "new_categories")
"""Drift statistics that lie between 0 and 1."""
SHOWN = 6
_Rule = Mapping[str, object]


class MonitoringPlanParameters(Frozen):
    """The minimum number of watch rules, whether one must be on an input, and whether the model must state its alert
    route and its runbook (`response`)."""

    minimum_rules: Annotated[int, Field(ge=1)] = 1
    inputs: bool = True
    response: bool = False


def judge(parameters: MonitoringPlanParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion on the latest plan: it was recorded by `now`, has enough rules and a rationale.

    With `inputs`, a rule must be on an input; if the model has no readable input, a rule on the drift of the score or
    on the loss residual stands in. A rule that has no value on the held-out data is unproven. With `response`, two more
    criteria require that the model states an alert route and a runbook. Source: SR 26-2 §V.2.
    """
    plan = evidence.monitoring_plan
    criteria = [Criterion("monitoring plan", _plan(plan, parameters, now))]
    if plan is not None:
        criteria += [Criterion("rules on the inputs", _inputs(plan, evidence))] if parameters.inputs else []
        criteria += _without_value(plan, evidence)
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


def _inputs(plan: MonitoringPlan, evidence: Evidence) -> Verdict:
    """Return the verdict whether an input is monitored; a rule that its figure can never exceed does not count."""
    inputs = [one.name for one in evidence.model.columns.features]
    rules = [rule for rule in plan.rules if _can_exceed(rule)]
    if not inputs:
        return _stand_in(rules)
    watched = {rule.get("column") for rule in rules if rule.get("statistic") in DRIFT_STATISTICS}
    covered = [name for name in inputs if name in watched]
    if covered:
        counted = f"{len(covered)} of {len(inputs)} inputs have a rule: {', '.join(covered[:SHOWN])}"
        return Passed(because=counted + ("…" if len(covered) > SHOWN else ""))
    reason = (
        f"monitoring plan {plan.number} has no rule on an input that can exceed its margin; it is about "
        f"{', '.join(map(_about, plan.rules)) or 'nothing'}"
    )
    remedy = f"add a rule, such as psi or null_rate, on each input that matters: {', '.join(inputs[:SHOWN])}"
    return Failed(reason=reason, remedy=remedy)


def _stand_in(rules: Sequence[_Rule]) -> Verdict:
    standing = [
        _about(rule)
        for rule in rules
        if rule.get("statistic") == RESIDUAL
        or (rule.get("statistic") in DRIFT_STATISTICS and rule.get("column") == SCORE)
    ]
    if standing:
        return Passed(because=f"the model has no readable input, and {standing[0]} stands in")
    return Failed(
        reason="the model has no readable input, and no rule on the drift of the score or the loss residual stands in",
        remedy="add a rule on the score, such as psi, or on loss_residual, and register the version again",
    )


def _without_value(plan: MonitoringPlan, evidence: Evidence) -> list[Criterion]:
    """Return a criterion for each rule whose figure had no value on the held-out data, with what to submit."""
    found = []
    for rule in plan.rules:
        name = str(rule.get("statistic"))
        metric = metric_of(evidence, name, HELD_OUT)
        if metric is not None and value_of(metric) is None:
            found.append(Criterion(f"rule {_about(rule)}", without_value(metric, name, HELD_OUT)))
    return found


def _can_exceed(rule: _Rule) -> bool:
    """Return False if the figure of a rule is a share that can never be more than the margin from the reference."""
    if rule.get("statistic") not in SHARES:
        return True
    margin, reference = (float(str(rule.get(name, 0.0))) for name in ("margin", "reference"))
    sides = {"up": reference + margin < 1.0, "down": reference - margin > 0.0}
    direction = str(rule.get("direction", "up"))
    return any(sides.values()) if direction == "both" else sides.get(direction, False)


def _about(rule: _Rule) -> str:
    return f"{rule.get('statistic')}:{rule.get('column')}"


def _rules(count: int) -> str:
    return "1 rule" if count == 1 else f"{count} rules"


def _response(name: str, text: str) -> Criterion:
    if text.strip():
        return Criterion(name, Passed(because=f"{name}: {text}"))
    return Criterion(name, Unproven(missing=f"the model's {name}", remedy=f"add the {name} to model.yaml"))


GATE: Gate[MonitoringPlanParameters] = Gate("monitoring_plan", MonitoringPlanParameters, judge)
