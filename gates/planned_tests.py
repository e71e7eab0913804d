"""Not a gate: find the latest test plan or the plan at a time, and compare a value with a planned threshold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data.records.model import PlannedTest, TestPlan


def latest_plan(plans: Sequence[TestPlan]) -> TestPlan | None:
    """Return the plan with the highest number, or None."""
    return max(plans, key=lambda plan: plan.number, default=None)


def plan_at(plans: Sequence[TestPlan], moment: datetime) -> TestPlan | None:
    """Return the latest plan that was recorded before a time, or None."""
    return latest_plan([plan for plan in plans if plan.recorded_at < moment])


def planned_test(plan: TestPlan | None, name: str) -> PlannedTest | None:
    """Return the test of this name in a plan, or None."""
    return next((test for test in plan.tests if test.name == name), None) if plan is not None else None


def same_demand(first: PlannedTest, second: PlannedTest) -> bool:
    """Return True if two planned tests are equal except for their rationale."""
    return first.model_copy(update={"rationale": ""}) == second.model_copy(update={"rationale": ""})


def meets(value: float, threshold: float, *, at_least: bool) -> bool:
    """Return True if the value meets the threshold, which itself passes; False for NaN."""
    return value >= threshold if at_least else value <= threshold


def of_one_metric(test: PlannedTest) -> bool:
    """Return False for a figure of several metrics: `auc_gap` compares two datasets, `auc_spread` the slices."""
    return not test.metric.endswith(("_gap", "_spread"))


def side(*, at_least: bool) -> str:
    """Return the direction of a threshold in words: `at least` or `at most`."""
    return "at least" if at_least else "at most"
