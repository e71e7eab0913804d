"""Reads `suites/<role>.json`, the requirements on a dataset as a Great Expectations suite, and checks it before it is
run.

Value checks pass on an empty table and on a column of nulls. A suite must therefore set a minimum number of rows, and
expect values that are not null in every column that it checks. It must not contain anything that would be run as code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from data.errors import SubmissionError
from data.records.row import Frozen
from data.submission.documents import read_text
from data.text.near_names import near_names

FILES: Mapping[str, str] = {"training": "suites/training.json", "held-out": "suites/held_out.json"}
ROW_FLOOR = "expect_table_row_count_to_be_between"
NOT_NULL = "expect_column_values_to_not_be_null"
OF_TABLE = (
    ROW_FLOOR,
    "expect_column_to_exist",
    "expect_table_column_count_to_be_between",
    "expect_table_column_count_to_equal",
    "expect_table_columns_to_match_ordered_list",
    "expect_table_columns_to_match_set",
    "expect_table_row_count_to_equal",
)
OF_COLUMN = (
    "expect_column_distinct_values_to_be_in_set",
    "expect_column_distinct_values_to_contain_set",
    "expect_column_distinct_values_to_equal_set",
    "expect_column_max_to_be_between",
    "expect_column_mean_to_be_between",
    "expect_column_median_to_be_between",
    "expect_column_min_to_be_between",
    "expect_column_most_common_value_to_be_in_set",
    "expect_column_proportion_of_non_null_values_to_be_between",
    "expect_column_proportion_of_unique_values_to_be_between",
    "expect_column_quantile_values_to_be_between",
    "expect_column_stdev_to_be_between",
    "expect_column_sum_to_be_between",
    "expect_column_unique_value_count_to_be_between",
    "expect_column_value_lengths_to_be_between",
    "expect_column_value_lengths_to_equal",
    "expect_column_values_to_be_between",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_be_in_type_list",
    "expect_column_values_to_be_of_type",
    "expect_column_values_to_be_unique",
    "expect_column_values_to_not_be_in_set",
    NOT_NULL,
)
OF_COLUMNS = (
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_column_pair_values_to_be_equal",
    "expect_compound_columns_to_be_unique",
    "expect_multicolumn_sum_to_equal",
    "expect_select_column_values_to_be_unique_within_record",
)
KNOWN = OF_TABLE + OF_COLUMN + OF_COLUMNS
RUN_AS_CODE = ("row_condition", "condition_parser")


class WrittenExpectation(Frozen):
    """One expectation of the suite; a value `{"$PARAMETER": "NAME"}` is replaced by the parameter of that name."""

    type: Literal[KNOWN]  # type: ignore[valid-type] # a closed choice, from the tuples
    kwargs: dict[str, JsonValue] = {}
    severity: Literal["critical", "warning", "info"] = "critical"
    meta: dict[str, JsonValue] = {}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values the expectation checks."""
        if self.type in OF_TABLE:
            return ()
        named = [self.kwargs.get(key) for key in ("column", "column_A", "column_B")]
        listed = self.kwargs.get("column_list")
        return tuple(one for one in (*named, *(listed if isinstance(listed, list) else [])) if isinstance(one, str))


class SuiteMeta(Frozen):
    """The values of the parameters, and notes on them."""

    parameters: dict[str, JsonValue] = {}
    notes: str = ""


class Suite(Frozen):
    """A suite for the dataset of one role."""

    name: str = Field(min_length=1, max_length=200)
    expectations: Annotated[tuple[WrittenExpectation, ...], Field(min_length=1, max_length=500)]
    meta: SuiteMeta = SuiteMeta()

    def value(self, written: JsonValue) -> JsonValue:
        """Return a value with its parameter replaced; None for a parameter that the suite does not set."""
        if isinstance(written, dict) and set(written) == {"$PARAMETER"}:
            return self.meta.parameters.get(str(written["$PARAMETER"]))
        return written

    @property
    def row_floor(self) -> int:
        """The minimum number of rows that the suite accepts; 0 when it sets none."""
        floors = [self.value(one.kwargs.get("min_value")) for one in self.expectations if one.type == ROW_FLOOR]
        return max((floor for floor in floors if isinstance(floor, int)), default=0)


def read_suites(folder: Path) -> dict[str, Suite]:
    """Return the suites of a submission by role; a role without a file is left out.

    Raises SubmissionError, DocumentError.
    """
    return {role: _read(folder / name, name) for role, name in FILES.items() if (folder / name).is_file()}


def read_suite(text: str, shown: str) -> Suite:
    """Return a suite from its JSON. Raises SubmissionError with each problem and its fix."""
    try:
        suite = Suite.model_validate(json.loads(text, object_pairs_hook=partial(_object, shown)))
    except json.JSONDecodeError as error:
        raise SubmissionError(
            f"{shown}:{error.lineno}: not JSON: {error.msg}", "correct the quotes or commas in this line"
        ) from error
    except RecursionError as error:
        raise SubmissionError(f"{shown}: nested too deeply", "use fewer levels") from error
    except ValidationError as error:
        found = "\n".join(_problem(shown, one) for one in error.errors(include_url=False))
        raise SubmissionError(found, f"correct {shown}") from error
    faults = [f"{shown}: {fault}" for fault in (*_missing(suite), *_code(suite), *_unset(suite))]
    if faults:
        raise SubmissionError("\n".join(faults), f"correct {shown}")
    return suite


def _read(path: Path, shown: str) -> Suite:
    return read_suite(read_text(path, shown), shown)


def _object(shown: str, pairs: Sequence[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for key, value in pairs:
        if key in found:
            raise SubmissionError(f"{shown}: {key[:60]} occurs twice in one object", "remove one of the two")
        found[key] = value
    return found


def _problem(shown: str, detail: ErrorDetails) -> str:
    where = ".".join(map(str, detail["loc"])) or "the document"
    if detail["type"] == "literal_error" and where.endswith(".type"):
        near = ", ".join(near_names(str(detail["input"]), KNOWN, cutoff=0.0))
        return f"{shown}: {where}: {str(detail['input'])[:80]!a} is not supported → use for example {near}"
    return f"{shown}: {where}: {detail['msg'][:200]} → correct it"


def _missing(suite: Suite) -> Iterator[str]:
    if suite.row_floor < 1:
        yield f"the suite sets no minimum number of rows → add {ROW_FLOOR} with min_value of at least 1"
    present = {name for one in suite.expectations if _demands_values(suite, one) for name in one.columns}
    judged = {name for one in suite.expectations for name in one.columns}
    for name in sorted(judged - present):
        yield f"no expectation demands that {name} is not null → add {NOT_NULL} with mostly above 0"


def _code(suite: Suite) -> Iterator[str]:
    for expectation in suite.expectations:
        for key in sorted(set(RUN_AS_CODE) & set(expectation.kwargs)):
            yield f"{expectation.type} has the argument {key}, which would be run as code → remove it"


def _unset(suite: Suite) -> Iterator[str]:
    for expectation in suite.expectations:
        for value in expectation.kwargs.values():
            if isinstance(value, dict) and "$PARAMETER" in value and suite.value(value) is None:
                parameter = value["$PARAMETER"]
                yield f"{expectation.type} uses the parameter {parameter}, which has no value → set meta.parameters"


def _demands_values(suite: Suite, expectation: WrittenExpectation) -> bool:
    mostly = suite.value(expectation.kwargs.get("mostly", 1.0))
    return expectation.type == NOT_NULL and isinstance(mostly, int | float) and mostly > 0
