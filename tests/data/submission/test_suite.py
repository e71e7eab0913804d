"""Quality suites are checked before they are run: no check that always passes, and no code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.errors import SubmissionError
from data.submission.suite import NOT_NULL, ROW_FLOOR, Suite, read_suite, read_suites

FLOOR: dict[str, Any] = {"type": ROW_FLOOR, "kwargs": {"min_value": {"$PARAMETER": "ROWS"}}}
THERE: dict[str, Any] = {"type": NOT_NULL, "kwargs": {"column": "score"}}
BETWEEN: dict[str, Any] = {
    "type": "expect_column_values_to_be_between",
    "kwargs": {"column": "score", "min_value": 0, "max_value": 1},
    "severity": "warning",
    "meta": {"why": "a probability"},
}


def read(*expectations: Any, **parameters: Any) -> Suite:
    suite = {"name": "held-out", "expectations": expectations, "meta": {"parameters": {"ROWS": 500, **parameters}}}
    return read_suite(json.dumps(suite), "suites/held_out.json")


def test_a_suite_has_the_minimum_number_of_rows() -> None:
    suite = read(FLOOR, THERE, BETWEEN)
    assert (suite.row_floor, [one.severity for one in suite.expectations]) == (500, ["critical", "critical", "warning"])
    assert suite.expectations[2].columns == ("score",)


def test_expectations_of_the_table_check_no_column() -> None:
    exists = {"type": "expect_column_to_exist", "kwargs": {"column": "anything"}}
    assert read(FLOOR, exists).expectations[1].columns == ()


def test_expectations_of_several_columns_check_each_of_them() -> None:
    pair = {"type": "expect_column_pair_values_to_be_equal", "kwargs": {"column_A": "a", "column_B": "b"}}
    listed = {"type": "expect_compound_columns_to_be_unique", "kwargs": {"column_list": ["c", "a"]}}
    with pytest.raises(SubmissionError) as refused:
        read(FLOOR, pair, listed)
    assert [line.split()[5] for line in refused.value.what.splitlines()] == ["a", "b", "c"]


def expectation(kind: str, **kwargs: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs}


CASES: dict[str, tuple[tuple[Any, ...], str]] = {
    "no expectation": ((), "expectations: Tuple should have at least 1 item"),
    "no minimum number of rows": (
        (THERE, BETWEEN),
        "no minimum number of rows → add expect_table_row_count_to_be_between",
    ),
    "a floor of nothing": ((expectation(ROW_FLOOR, min_value=0),), "no minimum number of rows"),
    "a ceiling only": ((expectation(ROW_FLOOR, max_value=9),), "no minimum number of rows"),
    "values judged that may all be null": ((FLOOR, BETWEEN), "no expectation demands that score is not null"),
    "null in any share": (
        (FLOOR, expectation(NOT_NULL, column="a", mostly=0)),
        "no expectation demands that a is not null",
    ),
    "a parameter nobody set": (
        (FLOOR, expectation(NOT_NULL, column={"$PARAMETER": "C"})),
        "uses the parameter C, which has no value → set",
    ),
    "a condition run as code": (
        (FLOOR, expectation(NOT_NULL, column="a", row_condition="@__import__('os')", condition_parser="pandas")),
        "has the argument row_condition, which would be run as code",
    ),
    "an expectation not run here": (
        (FLOOR, expectation("expect_column_value_to_be_unique")),
        (
            "expectations.1.type: 'expect_column_value_to_be_unique' is not supported → "
            "use for example expect_column_values"
        ),
    ),
    "an unknown field": ((FLOOR | {"note": "x"},), "expectations.0.note: Extra inputs are not permitted"),
}


@pytest.mark.parametrize("expectations, what", CASES.values(), ids=CASES)
def test_a_suite_is_refused_with(expectations: tuple[Any, ...], what: str) -> None:
    with pytest.raises(SubmissionError) as refused:
        read(*expectations)
    assert what in refused.value.what
    assert refused.value.what.startswith("suites/held_out.json: ")
    assert refused.value.remedy == "correct suites/held_out.json"


BROKEN: dict[str, tuple[Callable[[], str], str]] = {
    "no JSON": (lambda: '{"name":\n "a",}', "suites/a.json:2: not JSON"),
    "a key twice": (lambda: '{"name": "a", "name": "b"}', "suites/a.json: name occurs twice"),
    "a list": (lambda: "[]", "suites/a.json: the document: Input should be a valid dictionary"),
    "a bomb of brackets": (lambda: "[" * 100_000, "suites/a.json: nested too deeply"),
}


@pytest.mark.parametrize("make, what", BROKEN.values(), ids=BROKEN)
def test_a_suite_that_cannot_be_parsed_is_refused(make: Callable[[], str], what: str) -> None:
    with pytest.raises(SubmissionError) as refused:
        read_suite(make(), "suites/a.json")
    assert what in refused.value.what


def test_a_role_without_a_file_has_no_suite(tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    suite = {"name": "held-out", "expectations": [expectation(ROW_FLOOR, min_value=1)]}
    (tmp_path / "suites" / "held_out.json").write_text(json.dumps(suite))
    assert {role: one.row_floor for role, one in read_suites(tmp_path).items()} == {"held-out": 1}


def test_a_byte_order_mark_changes_nothing_in_a_suite(tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    text = json.dumps({"name": "x", "expectations": [expectation(ROW_FLOOR, min_value=1)]})
    (tmp_path / "suites" / "training.json").write_text(text, "utf-8-sig")
    assert read_suites(tmp_path) == {"training": read_suite(text, "suites/training.json")}
