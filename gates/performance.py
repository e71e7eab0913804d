"""Gate: each planned metric meets its threshold, judged by the less favourable end of its interval.

Source: SR 11-7 §V.1.c and SR 26-2 §V.1.b (outcomes against thresholds set in advance); EU AI Act Art. 15(1)–(3).
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from data.records.evidence import Evidence
from data.records.model import PlannedTest
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven
from data.records.version import Metric
from gates.contract import Criterion, Gate
from gates.independence import makers, person_id
from gates.measured import metric_of, value_of, without_value
from gates.planned_tests import latest_plan, meets, of_one_metric, side


class PerformanceParameters(Frozen):
    """The datasets whose planned metrics are judged, the figure that must meet the threshold, and the minimum of rows.

    `bound` is `interval` (the less favourable end of the 95 % interval) or `value` (the metric itself). With
    `independent_producer`, a metric that a person who worked on the version produced fails.
    """

    datasets: Annotated[tuple[str, ...], Field(min_length=1)] = ("held-out",)
    bound: Literal["interval", "value"] = "interval"
    minimum_rows: Annotated[int, Field(ge=1)] = 1
    independent_producer: bool = False


def judge(parameters: PerformanceParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion for each planned metric: the less favourable bound meets the threshold of the test plan.

    That bound is the low end if the metric must be at least the threshold, and the high end if at most. If the interval
    contains the threshold, the criterion is unproven; if the whole interval misses the threshold, it fails.
    Source: SR 11-7 §V.1.c.
    """
    plan = latest_plan(evidence.test_plans)
    tests = [test for test in plan.tests if of_one_metric(test)] if plan is not None else []
    planned = [test for test in tests if test.dataset in parameters.datasets]
    if not planned:
        where = " or ".join(parameters.datasets)
        remedy = f"add a metric on {where} with its threshold to the test plan"
        return [Criterion("planned metrics", Unproven(missing=f"a planned metric on {where}", remedy=remedy))]
    return [_criterion(test, parameters, evidence) for test in planned]


def _criterion(test: PlannedTest, parameters: PerformanceParameters, evidence: Evidence) -> Criterion:
    metric = metric_of(evidence, test.metric, test.dataset, test.slice)
    of = f"{test.metric} on {test.dataset}" + (f" for {test.slice}" if test.slice else "")
    if metric is None or value_of(metric) is None:
        return Criterion(of, without_value(metric, test.metric, test.dataset, test.slice), None, test.threshold)
    bounds = (metric.value, metric.value) if parameters.bound == "value" else (metric.low, metric.high)
    near, far = bounds if test.at_least else bounds[::-1]
    verdict = _producer(metric, parameters, evidence) or _verdict(test, metric.rows, near, far, parameters)
    return Criterion(of, verdict, near, test.threshold, (metric.evidence_digest,))


def _producer(metric: Metric, parameters: PerformanceParameters, evidence: Evidence) -> Failed | None:
    if not parameters.independent_producer or person_id(metric.produced_by) not in makers(evidence.version):
        return None
    reason = f"{metric.name} was produced by {metric.produced_by}, who worked on this version"
    return Failed(reason=reason, remedy="have a person who did not work on the version compute the metric")


def _verdict(
    test: PlannedTest, rows: int, near: float | None, far: float | None, parameters: PerformanceParameters
) -> Passed | Failed | Unproven:
    of, demand = f"{test.metric} on {test.dataset}", f"{side(at_least=test.at_least)} {test.threshold:g}"
    if rows < parameters.minimum_rows:
        missing = f"{of} on at least {parameters.minimum_rows:,} rows (measured on {rows:,})"
        return Unproven(missing=missing, remedy=f"submit more predictions on the {test.dataset} data")
    if near is None or far is None:
        missing = f"the interval of {of}"
        return Unproven(
            missing=missing, remedy="submit predictions of more days; the interval is computed from whole days"
        )
    span = f"{of} lies between {min(near, far):.4g} and {max(near, far):.4g}"
    if meets(near, test.threshold, at_least=test.at_least):
        return Passed(because=f"{span}; the plan requires {demand}")
    if meets(far, test.threshold, at_least=test.at_least) or not math.isfinite(near + far):
        missing = f"proof that {of} is {demand}: {span}"
        return Unproven(
            missing=missing, remedy="submit predictions of more days, or request a waiver with a reason and an end date"
        )
    return Failed(
        reason=f"{span}; the plan requires {demand}",
        remedy="improve the version and register it again, or request a waiver with a reason and an end date",
    )


GATE: Gate[PerformanceParameters] = Gate("performance", PerformanceParameters, judge)
