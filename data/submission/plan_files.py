"""Reads `tests.yaml` and `monitoring.yaml`: thresholds and watch rules, recorded before they are used."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field, JsonValue

from data.errors import SubmissionError
from data.records.model import PlannedTest
from data.records.row import Frozen
from data.registry.commands.model import RecordMonitoringPlan, RecordTestPlan
from data.submission.problems import Problems
from data.text.yaml_text import YamlText

TESTS = "tests.yaml"
MONITORING = "monitoring.yaml"


class TestsFile(Frozen):
    """The planned tests in tests.yaml."""

    __test__ = False
    tests: tuple[PlannedTest, ...] = Field(min_length=1)

    def command(self, model: str) -> RecordTestPlan:
        """Return the command that records the test plan of a model (its key)."""
        return RecordTestPlan(model=model, tests=self.tests)


class MonitoringFile(Frozen):
    """The monitoring plan in monitoring.yaml; the fields of its rules are checked elsewhere, by `check_rules`."""

    rules: tuple[dict[str, JsonValue], ...] = Field(min_length=1)
    window_days: int = Field(default=7, ge=1, le=366)
    minimum_rows: int = Field(default=500, ge=1)
    persistence: Annotated[tuple[int, int], Field(description="m of n windows")] = (2, 3)
    label_patience_days: int = Field(default=3, ge=0, le=3_660)
    rationale: str = Field(min_length=1, max_length=4_000)

    def command(self, model: str) -> RecordMonitoringPlan:
        """Return the command that records the monitoring plan of a model (its key)."""
        return RecordMonitoringPlan(model=model, **self.model_dump())


def read_tests_file(document: YamlText) -> TestsFile:
    """Return the checked content of tests.yaml. Raises SubmissionError with all problems."""
    file = document.checked(TestsFile, SubmissionError)
    names = [test.name for test in file.tests]
    problems = Problems()
    for place, test in enumerate(file.tests):
        at = document.at("tests", place)
        if test.name in names[:place]:
            problems.add(
                f"{at}: the name {test.name} is used for more than one test", "give each test a different name"
            )
        if not math.isfinite(test.threshold):
            problems.add(f"{at}: the threshold of {test.name} is {test.threshold}", "write a finite number")
        if not test.rationale.strip():
            problems.add(f"{at}: the threshold of {test.name} has no rationale", "write a rationale for the threshold")
    problems.check()
    return file


def read_monitoring_file(document: YamlText) -> MonitoringFile:
    """Return the checked content of monitoring.yaml. Raises SubmissionError with all problems."""
    file = document.checked(MonitoringFile, SubmissionError)
    needed, windows = file.persistence
    if not 1 <= needed <= windows:
        raise SubmissionError(
            f"{document.at('persistence')}: [{needed}, {windows}] is not a valid m of n windows",
            "write two numbers with 1 ≤ m ≤ n: [2, 3] means 2 of 3 windows",
        )
    return file
