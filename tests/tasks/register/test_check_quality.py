"""Quality suites run by the real Great Expectations; an exception is reported as an error, not as a failure."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from data.submission.folder import read_submission
from data.submission.provenance import Provenance
from data.submission.suite import NOT_NULL, ROW_FLOOR, Suite
from tasks.register.check_quality import QualityReport, check_quality, run_suite
from tests.submissions import change_suite, rows, write_filled, write_rows
from tests.world import World

FLOOR = {"type": ROW_FLOOR, "kwargs": {"min_value": {"$PARAMETER": "ROWS"}}}
THERE = {"type": NOT_NULL, "kwargs": {"column": "temp"}}
WARM = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "temp", "min_value": -100, "max_value": 200}}
LUKEWARM = {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "temp", "max_value": 1}}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quality") / "training.parquet"
    write_rows(path, rows())
    return path


def run(path: Path, *expectations: Any, floor: int = 500) -> QualityReport:
    suite = {"name": "training", "expectations": expectations, "meta": {"parameters": {"ROWS": floor}}}
    return run_suite(Suite.model_validate(suite), "training", path)


def test_a_fulfilled_suite_passes(path: Path) -> None:
    report = run(path, FLOOR, THERE, WARM)
    assert (report.outcome, report.rows, report.row_floor, report.deciding) == ("passed", 600, 500, 3)
    assert {one.outcome for one in report.expectations} == {"passed"}


def test_an_unfulfilled_expectation_fails_with_the_observed_value(path: Path) -> None:
    report = run(path, FLOOR, THERE, LUKEWARM)
    assert report.outcome == "failed"
    failed = report.expectations[2]
    assert (failed.type, failed.columns, failed.outcome) == (LUKEWARM["type"], ("temp",), "failed")
    assert failed.observed.startswith("observed value 3")


def test_too_few_rows_fail(path: Path) -> None:
    assert run(path, FLOOR, floor=601).outcome == "failed"


ERRORS = {
    "a missing column": {"type": NOT_NULL, "kwargs": {"column": "dew"}},
    "an unknown setting": {"type": NOT_NULL, "kwargs": {"column": "temp", "often": 1}},
    "a comparison that cannot be made": WARM | {"kwargs": {"column": "carrier", "min_value": 1}},
}


@pytest.mark.parametrize("expectation", ERRORS.values(), ids=ERRORS)
def test_an_expectation_that_cannot_be_evaluated_is_an_error(path: Path, expectation: dict[str, Any]) -> None:
    report = run(path, FLOOR, LUKEWARM, expectation, THERE)
    assert (report.outcome, report.deciding) == ("error", 3)
    assert [one.outcome for one in report.expectations] == ["passed", "failed", "error", "passed"]
    assert report.expectations[2].error


def test_only_critical_expectations_decide(path: Path) -> None:
    report = run(path, FLOOR, LUKEWARM | {"severity": "warning"})
    assert (report.outcome, report.deciding) == ("passed", 1)
    assert report.expectations[1].outcome == "failed"
    assert run(path, FLOOR | {"severity": "info"}).outcome == "error", "a suite that decides nothing proves nothing"


def test_the_report_is_stored_as_evidence(world: World, tmp_path: Path) -> None:
    folder = write_filled(tmp_path / "submission")
    change_suite(folder / "suites" / "training.json", ROWS=601)
    (folder / "suites" / "held_out.json").unlink()
    submission = read_submission(folder, "", Provenance())
    report = check_quality(submission, "training")
    assert report.outcome == "failed"
    kept = json.loads(world.artifacts.read(str(report.digest)))
    assert (kept["parameters"]["ROWS"], kept["outcome"]) == (601, "failed")
    missing = check_quality(submission, "held-out")
    assert (missing.outcome, missing.deciding, missing.digest) == ("not run", 0, None)


def test_great_expectations_is_imported_only_where_it_is_used() -> None:
    import subprocess

    code = "import sys, tasks.register.check_quality; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
