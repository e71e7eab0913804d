"""Which plan counts, and on which side of a threshold a value passes."""

from __future__ import annotations

import pytest

from gates.planned_tests import meets, named, newest_plan, of_one_metric, plan_at, same_demand, side
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


def test_the_newest_plan_is_the_one_of_the_highest_number() -> None:
    assert newest_plan([NEW, OLD]) is NEW
    assert newest_plan([]) is None


def test_a_plan_counts_only_after_it_was_recorded() -> None:
    assert plan_at([OLD, NEW], NOW) is NEW
    assert plan_at([OLD, NEW], NOW - days(1)) is OLD
    assert plan_at([OLD, NEW], NOW - days(9)) is None


def test_a_test_is_found_by_its_name() -> None:
    assert named(OLD, "auc-held-out") == planned()
    assert named(OLD, "other") is None
    assert named(None, "auc-held-out") is None


def test_only_the_wording_of_a_reason_leaves_a_demand_the_same() -> None:
    assert same_demand(planned(), planned(rationale="otherwise"))
    assert not same_demand(planned(), planned(threshold=0.66))
    assert not same_demand(planned(), planned(slice="origin=EWR"))


@pytest.mark.parametrize("case", SIDES)
def test_sides(case: str) -> None:
    value, at_least, passes = SIDES[case]
    assert meets(value, 0.6, at_least=at_least) is passes


def test_sides_in_words() -> None:
    assert (side(at_least=True), side(at_least=False)) == ("at least", "at most")


def test_gaps_and_spreads_are_drawn_from_several_metrics() -> None:
    assert [of_one_metric(planned(metric=name)) for name in ("auc", "auc_gap", "auc_spread")] == [True, False, False]
