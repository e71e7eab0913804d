"""The test plan that applies at a time, and comparing a value with a threshold."""

from __future__ import annotations

import pytest

from gates.planned_tests import latest_plan, meets, of_one_metric, plan_at, planned_test, same_demand, side
from tests.gates.rows import NAN, NOW, days, plan, planned

OLD, NEW = plan(recorded_at=NOW - days(9)), plan(number=2, recorded_at=NOW - days(1))
SIDES = {
    "above, at least": (0.7, True, True),
    "on it, at least": (0.6, True, True),
    "below, at least": (0.5, True, False),
    "below, at most": (0.5, False, True),
    "on it, at most": (0.6, False, True),
    "above, at most": (0.7, False, False),
    "NaN, at least": (NAN, True, False),
    "NaN, at most": (NAN, False, False),
}


def test_the_latest_plan_has_the_highest_number() -> None:
    assert latest_plan([NEW, OLD]) is NEW
    assert latest_plan([]) is None


def test_a_plan_applies_only_after_it_was_recorded() -> None:
    assert plan_at([OLD, NEW], NOW) is NEW
    assert plan_at([OLD, NEW], NOW - days(1)) is OLD
    assert plan_at([OLD, NEW], NOW - days(9)) is None


def test_a_planned_test_is_found_by_name() -> None:
    assert planned_test(OLD, "auc-held-out") == planned()
    assert planned_test(OLD, "other") is None
    assert planned_test(None, "auc-held-out") is None


def test_two_tests_that_differ_only_in_rationale_have_the_same_demand() -> None:
    assert same_demand(planned(), planned(rationale="otherwise"))
    assert not same_demand(planned(), planned(threshold=0.66))
    assert not same_demand(planned(), planned(slice="origin=EWR"))


@pytest.mark.parametrize("case", SIDES)
def test_a_value_meets_a_threshold(case: str) -> None:
    value, at_least, passes = SIDES[case]
    assert meets(value, 0.6, at_least=at_least) is passes


def test_the_direction_of_a_threshold_in_words() -> None:
    assert (side(at_least=True), side(at_least=False)) == ("at least", "at most")


def test_gaps_and_spreads_combine_several_metrics() -> None:
    assert [of_one_metric(planned(metric=name)) for name in ("auc", "auc_gap", "auc_spread")] == [True, False, False]
