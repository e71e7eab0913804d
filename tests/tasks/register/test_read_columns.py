"""A null, a decimal or a time in a column changes no verdict of a suite; its type and values are the stored ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import great_expectations.util
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.submission.suite import Suite
from tasks.register.check_quality import QualityReport, run_suite
from tasks.register.read_columns import read_columns, with_plain_nulls

ROWS = 200
START = datetime(2023, 11, 14, tzinfo=UTC)
TIMES = [START + timedelta(seconds=number) for number in range(ROWS)]
COLUMNS: dict[str, pa.Array] = {
    "account": pa.array([None] + [2**53 + number for number in range(1, ROWS)], pa.int64()),
    "serial": pa.array([None] + [2**64 - number for number in range(1, ROWS)], pa.uint64()),
    "flag": pa.array([None if number % 3 == 0 else number % 2 for number in range(ROWS)], pa.int8()),
    "known": pa.array([None if number % 3 == 0 else number % 2 == 0 for number in range(ROWS)]),
    "empty": pa.array([None] * ROWS, pa.int32()),
    "amount": pa.array(
        [None if number % 5 == 0 else Decimal(number) / 4 for number in range(ROWS)], pa.decimal128(9, 2)
    ),
    "moment": pa.array(TIMES, pa.timestamp("us", tz="UTC")),
    "local": pa.array([time.replace(tzinfo=None) for time in TIMES], pa.timestamp("us")),
    "day": pa.array([time.date() for time in TIMES]),
    "whole": pa.array(range(ROWS), pa.int32()),
    "text": pa.array(["a", None] * (ROWS // 2)),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("columns") / "training.parquet"
    pq.write_table(pa.table(COLUMNS), path)
    return path


def expect(kind: str, column: str, **limits: Any) -> dict[str, Any]:
    return {"type": f"expect_column_{kind}", "kwargs": {"column": column, **limits}}


def run(path: Path, *expectations: dict[str, Any], **parameters: Any) -> QualityReport:
    suite = {"name": "x", "expectations": expectations, "meta": {"parameters": parameters}}
    return run_suite(Suite.model_validate(suite), "training", path)


LARGEST = 2**53 + ROWS - 1
PAIR = {
    "type": "expect_column_pair_values_a_to_be_greater_than_b",
    "kwargs": {"column_A": "account", "column_B": "whole"},
}
HOLD = {
    "large ids with a null are unique": expect("values_to_be_unique", "account"),
    "the largest ids of a system with a null are unique": expect("values_to_be_unique", "serial"),
    "a large maximum is exact": expect("max_to_be_between", "account", min_value=LARGEST, max_value=LARGEST),
    "a small whole number keeps its type": expect("values_to_be_of_type", "flag", type_="int8"),
    "a type may be one of several": expect("values_to_be_in_type_list", "flag", type_list=["int8"]),
    "true and false keep their type": expect("values_to_be_of_type", "known", type_="bool"),
    "a set of whole numbers": expect("values_to_be_in_set", "flag", value_set=[0, 1]),
    "a set of true and false": expect("values_to_be_in_set", "known", value_set=[True, False]),
    "a mean of whole numbers": expect("mean_to_be_between", "flag", min_value=0.4, max_value=0.6),
    "quantiles": expect(
        "quantile_values_to_be_between", "flag", quantile_ranges={"quantiles": [0.5], "value_ranges": [[0, 1]]}
    ),
    "a sum of decimals": expect("sum_to_be_between", "amount", min_value=4_000, max_value=4_000),
    "a mean of decimals": expect("mean_to_be_between", "amount", min_value=25, max_value=25),
    "decimals that are there": expect("values_to_not_be_null", "amount", mostly=0.8),
    "decimals keep their type": expect("values_to_be_of_type", "amount", type_="Decimal"),
    **{
        f"the {kind} of {column} within days": expect(
            f"{kind}_to_be_between", column, min_value="2023-01-01", max_value="2024-01-01"
        )
        for kind in ("max", "min", "values")
        for column in ("moment", "local", "day")
    },
    "a time with its zone": expect("max_to_be_between", "local", max_value="2023-11-14T01:03:19+01:00"),
    "a time of a parameter": expect("max_to_be_between", "moment", max_value={"$PARAMETER": "END"}),
}
FAIL = {
    "another type": expect("values_to_be_of_type", "flag", type_="int64"),
    "an id one too large": expect("max_to_be_between", "account", max_value=LARGEST - 1),
    "a day before the last time": expect("max_to_be_between", "moment", max_value="2023-11-14T00:03:18"),
    "a maximum of nothing": expect("max_to_be_between", "empty", min_value=0),
    "a pair with a null": PAIR,
}


def test_an_expectation_that_the_stored_values_meet_passes(path: Path) -> None:
    report = run(path, *HOLD.values(), END="2023-11-14T00:03:19Z")
    found = dict(zip(HOLD, report.expectations, strict=True))
    assert {name: one.observed + one.error for name, one in found.items() if one.outcome != "passed"} == {}


def test_the_call_stack_is_not_read_for_each_decimal(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(great_expectations.util, "stack", None)  # what Great Expectations calls for each decimal
    (found,) = run(path, HOLD["a mean of decimals"]).expectations
    assert (found.outcome, found.error) == ("passed", "")


def test_an_expectation_that_they_do_not_meet_fails_and_is_no_error(path: Path) -> None:
    report = run(path, *FAIL.values())
    found = dict(zip(FAIL, report.expectations, strict=True))
    assert {name: one.error for name, one in found.items() if one.outcome != "failed"} == {}
    assert report.expectations[-1].observed.startswith("unexpected count 1,"), "the row with a null, no other"


def test_a_limit_that_is_no_time_is_an_error(path: Path) -> None:
    report = run(path, expect("max_to_be_between", "moment", max_value="soon"))
    assert [expectation.outcome for expectation in report.expectations] == ["error"]


def test_the_values_are_read_exactly(path: Path) -> None:
    frame = read_columns(path)
    for name in ("account", "serial", "flag", "known", "amount", "whole"):
        assert frame[name].dropna().tolist() == COLUMNS[name].drop_null().to_pylist(), name
    assert (str(frame["flag"].dtype), str(frame["serial"].dtype), str(frame["whole"].dtype)) == (
        "Int8",
        "UInt64",
        "int32",
    )
    assert frame["day"][0] == date(2023, 11, 14)


def test_plain_nulls_are_equal_to_nothing(path: Path) -> None:
    frame = with_plain_nulls(read_columns(path))
    assert (frame["account"] > frame["whole"]).tolist() == [False] + [True] * (ROWS - 1)
    assert (frame["known"] == frame["known"]).sum() == ROWS - COLUMNS["known"].null_count
