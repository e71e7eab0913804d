"""Hard faults: null surges, unit changes and invalid scores are found; ordinary drift is none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from monitoring.edge_placement import edges_of_table
from monitoring.hard_fault import (
    FaultKind,
    HardFault,
    column_faults,
    faults_without_rule,
    null_surge,
    score_faults,
    unit_change,
)
from monitoring.plan import WatchRule
from monitoring.profile import Profile, empty_profile
from monitoring.scan import profile_table
from monitoring.scores import count_scores

RNG = np.random.default_rng(1)
OLD = RNG.normal(15.0, 8.0, 5_000)
EDGES = edges_of_table(pa.table({"temp": OLD}))
(REFERENCE,) = profile_table(pa.table({"temp": OLD}), EDGES, "r")


def now(values: np.ndarray) -> Profile:
    return profile_table(pa.table({"temp": values}), EDGES, "2013-04-01")[0]


CHANGED = {
    "tenths": (OLD[:900] * 10.0, "are both about 9.9 times those of the reference"),
    "thousandths": (OLD[:900] / 1_000.0, "0.00"),
    "Kelvin": (OLD[:900] + 273.15, "has moved by 27"),
}
UNCHANGED = {
    "the same": OLD[:900],
    "a hot month": OLD[:900] + 12.0,
    "twice as much": OLD[:900] * 2.0,
    "one wild value": np.append(OLD[:900], 1e5),
    "a constant": np.full(900, 15.0),
    "too few to tell": OLD[:99] * 10.0,
    "another sign": OLD[:900] * -10.0,
}


@pytest.mark.parametrize(("values", "says"), CHANGED.values(), ids=CHANGED.keys())
def test_a_unit_change_is_a_fault(values: np.ndarray, says: str) -> None:
    fault = unit_change(REFERENCE, now(values), "temp")
    assert fault is not None
    assert (fault.kind, fault.column, fault.partition) == (FaultKind.UNIT_CHANGE, "temp", "2013-04-01")
    assert says in fault.text
    assert fault.about == "unit change:temp"


@pytest.mark.parametrize("values", UNCHANGED.values(), ids=UNCHANGED.keys())
def test_other_changes_of_values_are_no_unit_change(values: np.ndarray) -> None:
    assert unit_change(REFERENCE, now(values), "temp") is None


def test_a_constant_reference_has_no_unit_change() -> None:
    table = pa.table({"temp": np.full(500, 3.0)})
    (constant,) = profile_table(table, edges_of_table(table), "r")
    assert unit_change(constant, constant, "temp") is None


def test_a_null_surge_is_a_fault_and_a_few_nulls_are_not() -> None:
    mask = RNG.random(900)
    many, few = (pa.table({"temp": pa.array(OLD[:900], mask=mask < share)}) for share in (0.4, 0.05))
    fault = null_surge(REFERENCE, profile_table(many, EDGES, "d")[0], "temp")
    assert fault is not None
    assert fault.kind is FaultKind.NULL_SURGE
    assert "of the values of temp are missing, 0.0% in the reference" in fault.text
    assert null_surge(REFERENCE, profile_table(few, EDGES, "d")[0], "temp") is None
    assert null_surge(REFERENCE, empty_profile(EDGES), "temp") is None


def test_all_columns_are_checked(reference: Profile, profile_of: Callable, make_log: Callable) -> None:
    table = make_log(1_000, 1)
    assert column_faults(reference, profile_of(table)) == ()
    broken = table.set_column(2, "carrier", pa.nulls(1_000, pa.string())).set_column(
        1, "hour", pa.array(table["hour"].to_numpy(zero_copy_only=False) * 60)
    )
    assert [fault.about for fault in column_faults(reference, profile_of(broken))] == [
        "unit change:hour",
        "null surge:carrier",
    ]


def test_a_fault_without_partition_has_an_empty_one(reference: Profile) -> None:
    assert HardFault(kind=FaultKind.MISSING_PARTITION, text="no file").about == "missing partition"
    nowhere = now(OLD[:900] + 273.15)
    unnamed = Profile(EDGES, frozenset(), nowhere.rows, nowhere.counts, nowhere.moments, nowhere.new_values)
    assert unit_change(REFERENCE, unnamed, "temp").partition == ""


def test_invalid_scores_are_a_fault_of_their_day() -> None:
    days = {"b": count_scores(np.array([0.5, np.nan, 2.0])), "a": count_scores(np.array([0.5]))}
    (fault,) = score_faults(days)
    assert (fault.kind, fault.partition) == (FaultKind.INVALID_SCORES, "b")
    assert fault.text == "score missing: 1 row, score outside 0 to 1: 1 row"


SURGE = HardFault(kind=FaultKind.NULL_SURGE, column="pressure", text="half of it is missing")
UNIT = HardFault(kind=FaultKind.UNIT_CHANGE, column="pressure", text="in other units")
COVERED = {
    "a rule on another statistic covers no fault": (
        WatchRule(statistic="psi", column="pressure", margin=0.1),
        [SURGE, UNIT],
    ),
    "a rule on the null rate covers the null surge": (
        WatchRule(statistic="null_rate", column="pressure", margin=0.25),
        [UNIT],
    ),
    "a seasonal rule covers the unit change": (
        WatchRule(statistic="psi", column="pressure", margin=0.1, seasonal="weather"),
        [SURGE],
    ),
    "a rule on another column covers no fault": (
        WatchRule(statistic="null_rate", column="temp", margin=0.25, seasonal="weather"),
        [SURGE, UNIT],
    ),
}


@pytest.mark.parametrize(("rule", "left"), COVERED.values(), ids=COVERED.keys())
def test_faults_without_a_covering_rule_remain(rule: WatchRule, left: list[HardFault]) -> None:
    assert list(faults_without_rule([SURGE, UNIT], [rule])) == left


def test_the_score_has_no_unit_change() -> None:
    scores = np.clip(RNG.normal(0.6, 0.1, 5_000), 0.0, 1.0)
    edges = edges_of_table(pa.table({"score": scores}))
    (reference,) = profile_table(pa.table({"score": scores}), edges, "r")
    (tenth,) = profile_table(pa.table({"score": scores / 10.0}), edges, "2013-04-01")

    assert column_faults(reference, tenth) == ()
