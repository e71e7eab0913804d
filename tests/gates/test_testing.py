"""Testing: every planned test has a result, against a threshold recorded before, and there are enough kinds of test."""

from __future__ import annotations

from typing import Any

import pytest

from data.records.measurement import CannotSay
from tests.gates import rows
from tests.gates.rows import NOW, days, plan, planned, result

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a value above its threshold passes": ({}, "passed"),
    "a value on its threshold passes": ({"value": 0.65}, "passed"),
    "a value below its threshold fails": ({"value": 0.6499}, "failed"),
    "a value that is NaN fails": ({"value": rows.NAN}, "failed"),
    "a result without a value is unproven": ({"value": None}, "unproven"),
    "a threshold set when the test was run fails": ({"threshold_set_at": NOW - days(2)}, "failed"),
    "a threshold set after the test was run fails": ({"threshold_set_at": NOW}, "failed"),
    "a test run before the plan was recorded fails": (
        {"run_at": NOW - days(21), "threshold_set_at": NOW - days(30)},
        "failed",
    ),
    "another threshold than the plan's fails": ({"threshold": 0.5}, "failed"),
    "another direction than the plan's fails": ({"at_least": False}, "failed"),
}


PLANS = (plan(),)


def judged(tests: Any, plans: Any = PLANS, **parameters: Any) -> dict[str, str]:
    found = rows.judged("testing", rows.evidence(tests=tests, test_plans=plans), **{"minimum_kinds": 1, **parameters})
    return rows.outcomes(found)


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_on_a_planned_test(case: str) -> None:
    changes, outcome = CASES[case]
    assert judged((result(**changes),))["test auc-held-out"] == outcome


def test_a_value_of_at_most_the_threshold_passes_if_the_plan_requires_it() -> None:
    plans = (plan(planned(at_least=False, threshold=0.2)),)
    for value, outcome in ((0.2, "passed"), (0.21, "failed"), (rows.NAN, "failed")):
        tests = (result(at_least=False, threshold=0.2, value=value),)
        assert judged(tests, plans)["test auc-held-out"] == outcome


def test_a_missing_plan_is_unproven() -> None:
    assert judged((result(),), ()) == {"test plan": "unproven"}


def test_a_planned_test_without_a_result_is_unproven_and_its_kind_does_not_count() -> None:
    assert judged(()) == {"test auc-held-out": "unproven", "kinds of test": "failed"}


LATER = plan(planned(threshold=0.6), number=2, recorded_at=NOW - days(1))
REWORDED = plan(planned(rationale="said better"), number=2, recorded_at=NOW - days(1))


def test_a_result_under_an_earlier_plan_with_another_demand_is_unproven() -> None:
    assert judged((result(),), (plan(), LATER))["test auc-held-out"] == "unproven"
    assert judged((result(),), (LATER, plan()))["test auc-held-out"] == "unproven"


def test_a_result_stays_valid_if_only_the_rationale_of_the_plan_changed() -> None:
    assert judged((result(),), (plan(), REWORDED))["test auc-held-out"] == "passed"


def test_a_threshold_relaxed_after_the_run_is_not_used() -> None:
    assert judged((result(value=0.62, threshold=0.6),), (plan(), LATER))["test auc-held-out"] == "failed"


def test_two_tests_of_one_kind_count_as_one_kind() -> None:
    plans = (plan(planned(), planned("again")),)
    assert judged((result(), result("again")), plans, minimum_kinds=2)["kinds of test"] == "failed"


def test_two_tests_of_different_kinds_count_as_two() -> None:
    plans = (plan(planned(), planned("again", kind="stress")),)
    found = judged((result(), result("again", kind="stress")), plans, minimum_kinds=2, kinds=["stress", "out-of-time"])
    assert found["kinds of test"] == "passed"
    assert found["a test of the kind stress"] == "passed"
    assert found["a test of the kind out-of-time"] == "unproven"


ORDERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "rows later than the last training row count": ({"to_at": NOW - days(61)}, {"from_at": NOW - days(60)}, "passed"),
    "rows from the time of the last training row do not": ({"to_at": NOW}, {"from_at": NOW}, "failed"),
    "rows before the last training row do not": ({"to_at": NOW - days(9)}, {"from_at": NOW - days(60)}, "failed"),
    "training data without dates leaves it unproven": ({"to_at": None}, {}, "unproven"),
    "tested data without dates leaves it unproven": ({}, {"from_at": None}, "unproven"),
}
LATE = ((plan(planned(kind="out-of-time")),), (result(kind="out-of-time"),))


@pytest.mark.parametrize("case", ORDERS)
def test_an_out_of_time_test_counts_only_on_rows_later_than_the_training_rows(case: str) -> None:
    training, held_out, outcome = ORDERS[case]
    datasets = (rows.dataset("training", **training), rows.dataset("held-out", **held_out))
    whole = rows.evidence(tests=LATE[1], test_plans=LATE[0], datasets=datasets)
    found = rows.outcomes(rows.judged("testing", whole, minimum_kinds=1, kinds=["out-of-time"]))
    counts = "passed" if outcome == "passed" else "unproven"
    assert (found["test auc-held-out"], found["a test of the kind out-of-time"]) == (outcome, counts)


def test_an_out_of_time_test_on_the_training_data_does_not_count() -> None:
    plans = (plan(planned(kind="out-of-time", dataset="training")),)
    assert judged(LATE[1], plans)["test auc-held-out"] == "failed"


def test_an_out_of_time_test_without_the_datasets_is_unproven() -> None:
    whole = rows.evidence(tests=LATE[1], test_plans=LATE[0], datasets=())
    assert rows.outcomes(rows.judged("testing", whole))["test auc-held-out"] == "unproven"


def test_a_test_whose_result_has_no_value_does_not_count_for_its_kind() -> None:
    assert judged((result(value=None),)) == {"test auc-held-out": "unproven", "kinds of test": "failed"}


ABSENT: dict[str, tuple[dict[str, Any], tuple[Any, ...], str]] = {
    "no row of the slice": (
        {"slice": "origin=ZZZ"},
        (rows.metric(),),
        "submit held-out rows of origin=ZZZ, or correct the slice in tests.yaml",
    ),
    "a reason": (
        {},
        (rows.metric(value=None, cannot_say=CannotSay.ONE_CLASS),),
        "submit held-out rows with both labels, 0 and 1",
    ),
    "no reason": ({}, (rows.metric("brier"),), "submit predictions from which auc on held-out can be computed"),
    "a gap without training figures": (
        {"metric": "auc_gap"},
        (rows.metric(data="training", value=None, cannot_say=CannotSay.NO_LABELS_YET), rows.metric()),
        "submit the labels of the training rows",
    ),
    "a spread over one value": (
        {"metric": "auc_spread", "slice": "origin"},
        (rows.metric(),),
        "submit held-out rows with at least two values of origin",
    ),
    "every figure is there, the result is not": (
        {"metric": "auc_gap"},
        (rows.metric(data="training"), rows.metric()),
        "run the test auc-held-out and record its result",
    ),
}


@pytest.mark.parametrize("case", ABSENT)
def test_a_planned_test_without_a_value_is_unproven_and_says_what_to_submit(case: str) -> None:
    changes, metrics, remedy = ABSENT[case]
    whole = rows.evidence(tests=(), test_plans=(plan(planned(**changes)),), metrics=metrics)
    found = rows.judged("testing", whole, minimum_kinds=1)
    assert rows.outcomes(found) == {"test auc-held-out": "unproven", "kinds of test": "failed"}
    assert remedy in rows.words(found[0])
