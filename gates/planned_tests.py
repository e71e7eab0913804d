"""The test plan that is judged against: the newest one, and the one in force when a test was run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data.records.model import PlannedTest, TestPlan


def newest_plan(plans: Sequence[TestPlan]) -> TestPlan | None:
    """The plan with the highest number, or None."""
    return max(plans, key=lambda plan: plan.number, default=None)


def plan_at(plans: Sequence[TestPlan], moment: datetime) -> TestPlan | None:
    """The newest plan recorded strictly before a moment, or None."""
    return newest_plan([plan for plan in plans if plan.recorded_at < moment])


def named(plan: TestPlan | None, name: str) -> PlannedTest | None:
    """A test of a plan by its name, or None."""
    return next((test for test in plan.tests if test.name == name), None) if plan is not None else None


def same_demand(first: PlannedTest, second: PlannedTest) -> bool:
    """True when two planned tests differ in nothing but their rationale."""
    return first.model_copy(update={"rationale": ""}) == second.model_copy(update={"rationale": ""})


def meets(value: float, threshold: float, *, at_least: bool) -> bool:
    """True when the value lies on the passing side or on the threshold; false for a NaN."""
    return value >= threshold if at_least else value <= threshold


def of_one_metric(test: PlannedTest) -> bool:
    """False for a figure drawn from several metrics: `auc_gap` between datasets, `auc_spread` across slices."""
    return not test.metric.endswith(("_gap", "_spread"))


def side(*, at_least: bool) -> str:
    """The passing side in words."""
    return "at least" if at_least else "at most"
