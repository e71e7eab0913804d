"""Gate: every planned test was run against a threshold recorded before the run, with several kinds of test.

Source: SR 11-7 §IV.1 (several tests, not one) and §V.1.c (thresholds set in advance); SR 26-2 §IV.1, §V.1.b;
EU AI Act Art. 9(8) (metrics and thresholds defined beforehand).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from data.records.evidence import Evidence
from data.records.model import PlannedTest, TestPlan
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from data.records.version import Dataset, TestResult
from gates.contract import Criterion, Gate
from gates.measured import metric_of, value_of, without_value
from gates.planned_tests import latest_plan, meets, plan_at, planned_test, same_demand, side

AGAIN = "and register the version again"


class TestingParameters(Frozen):
    """The minimum number of kinds of test with a result, and the kinds that are required."""

    minimum_kinds: Annotated[int, Field(ge=1)] = 2
    kinds: tuple[str, ...] = ()


def judge(parameters: TestingParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion for each test of the latest plan, one on the number of kinds, one for each required kind.

    A value must meet the threshold of the test plan that was recorded before the test was run. A test counts for its
    kind if it has a value, and one of the kind out-of-time only if all its rows are later than the last training row.
    Source: SR 11-7 §IV.1, §V.1.c.
    """
    plan = latest_plan(evidence.test_plans)
    if plan is None:
        verdict = Unproven(missing="a test plan", remedy="add tests and thresholds to the test plan of the model")
        return [Criterion("test plan", verdict)]
    results = {one.name: one for one in evidence.tests}
    order = {test.name: _order(test, evidence.datasets) for test in plan.tests}
    tests = [_criterion(test, results.get(test.name), evidence, order[test.name]) for test in plan.tests]
    kinds = sorted({test.kind for test in plan.tests if _has_value(results.get(test.name)) and not order[test.name]})
    return [*tests, _breadth(kinds, parameters.minimum_kinds), *(_kind(one, kinds) for one in parameters.kinds)]


def _criterion(test: PlannedTest, result: TestResult | None, evidence: Evidence, order: Verdict | None) -> Criterion:
    measured = result.value if result is not None else None
    known = (result.evidence_digest,) if result is not None else ()
    verdict = order or _absent(test, result, evidence) or _verdict(test, result, evidence.test_plans)
    return Criterion(f"test {test.name}", verdict, measured, test.threshold, known)


def _absent(test: PlannedTest, result: TestResult | None, evidence: Evidence) -> Unproven | None:
    """Return the verdict on a measured version whose planned test has no value, with what to submit; else None."""
    if _has_value(result) or not evidence.metrics:
        return None
    if test.metric.endswith("_spread"):
        missing = f"a value of {test.metric} on {test.dataset}: fewer than two values of {test.slice} have one"
        return Unproven(missing=missing, remedy=f"submit {test.dataset} rows with at least two values of {test.slice}")
    name = test.metric.removesuffix("_gap")
    roles = ("training", "held-out") if test.metric.endswith("_gap") else (test.dataset,)
    for role in roles:
        metric = metric_of(evidence, name, role, test.slice)
        if value_of(metric) is None:
            return without_value(metric, name, role, test.slice)
    return None


def _has_value(result: TestResult | None) -> bool:
    return result is not None and result.value is not None


def _order(test: PlannedTest, datasets: Sequence[Dataset]) -> Verdict | None:
    """Return the verdict on an out-of-time test whose rows are not all later than the last training row, or None."""
    if test.kind != "out-of-time":
        return None
    roles: dict[str, Dataset] = {one.role: one for one in datasets}
    training, tested = roles.get("training"), roles.get(test.dataset)
    last, first = training.to_at if training else None, tested.from_at if tested else None
    if last is None or first is None:
        missing = f"the dates of the training rows and of the rows of {test.name}, a test of the kind out-of-time"
        return Unproven(missing=missing, remedy=f"submit both datasets with the time of each prediction {AGAIN}")
    if first > last:
        return None
    return Failed(
        reason=f"{test.name} does not count as out-of-time: its first row is of {first:%Y-%m-%d %H:%M} UTC, and the "
        f"last training row is of {last:%Y-%m-%d %H:%M} UTC",
        remedy=f"hold out rows that are later than the last training row, or plan another kind of test, {AGAIN}",
    )


def _verdict(test: PlannedTest, result: TestResult | None, plans: Sequence[TestPlan]) -> Verdict:
    again = f"run the test {test.name} and record its result"
    if result is None:
        return Unproven(missing=f"a result of the planned test {test.name}", remedy=again)
    at_run = planned_test(plan_at(plans, result.run_at), test.name)
    if at_run is None or not result.threshold_set_at < result.run_at:
        return Failed(
            reason=f"the threshold of {test.name} was not recorded before the test was run",
            remedy=f"record the test plan first, then run the test {test.name} again",
        )
    if (result.threshold, result.at_least) != (at_run.threshold, at_run.at_least):
        used = f"{side(at_least=result.at_least)} {result.threshold:g}"
        planned = f"{side(at_least=at_run.at_least)} {at_run.threshold:g}"
        return Failed(reason=f"{test.name} was judged against {used}; the plan requires {planned}", remedy=again)
    if not same_demand(at_run, test):
        return Unproven(missing=f"a result of {test.name} under the latest test plan", remedy=again)
    if result.value is None:
        return Unproven(missing=f"a value of {test.name}", remedy=again)
    demand = f"{side(at_least=test.at_least)} {test.threshold:g}"
    if meets(result.value, test.threshold, at_least=test.at_least):
        return Passed(because=f"{test.metric} {result.value:.4g}; the plan requires {demand}")
    return Failed(
        reason=f"{test.metric} on {test.dataset} is {result.value:.4g}; the plan requires {demand}",
        remedy="change the version and register it again, or request a waiver with a reason and an end date",
    )


def _breadth(kinds: Sequence[str], minimum: int) -> Criterion:
    verdict: Verdict = Passed(because=f"{_kinds(len(kinds))}: {', '.join(kinds)}")
    if not len(kinds) >= minimum:
        verdict = Failed(
            reason=f"the tests with a result are of {_kinds(len(kinds))}; at least {minimum} are needed",
            remedy="plan and run a test of another kind, such as out-of-time, sensitivity or slices",
        )
    return Criterion("kinds of test", verdict, float(len(kinds)), float(minimum))


def _kinds(count: int) -> str:
    return "1 kind" if count == 1 else f"{count} kinds"


def _kind(kind: str, kinds: Sequence[str]) -> Criterion:
    verdict: Verdict = Passed(because=f"a test of the kind {kind} has a result")
    if kind not in kinds:
        verdict = Unproven(
            missing=f"a result of a test of the kind {kind}", remedy=f"plan and run a test of the kind {kind}"
        )
    return Criterion(f"a test of the kind {kind}", verdict)


GATE: Gate[TestingParameters] = Gate("testing", TestingParameters, judge)
