"""tests.yaml and monitoring.yaml: plans that are recorded before they are used."""

from __future__ import annotations

import pytest

from data.errors import SubmissionError
from data.submission.plan_files import MonitoringFile, TestsFile, read_monitoring_file, read_tests_file
from data.text.yaml_text import read_yaml
from tests.submissions import MONITORING, TESTS


def planned(text: str) -> TestsFile:
    return read_tests_file(read_yaml(text, "tests.yaml"))


def monitoring_file(text: str) -> MonitoringFile:
    return read_monitoring_file(read_yaml(text, "monitoring.yaml"))


def test_tests_yaml_gives_the_command_that_records_the_plan() -> None:
    command = planned(TESTS).command("models/ops/late")
    assert [(one.name, one.threshold, one.at_least) for one in command.tests] == [
        ("ranks", 0.6, True),
        ("gap", 0.1, False),
    ]


def test_monitoring_yaml_gives_the_command_that_records_the_plan() -> None:
    command = monitoring_file(MONITORING).command("models/ops/late")
    assert (command.minimum_rows, command.persistence, len(command.rules)) == (50, (2, 3), 1)


TESTS_REFUSED = {
    "no test": ("tests: []", "tests is empty"),
    "a test without a threshold": (TESTS.replace(" threshold: 0.6,", ""), "tests.yaml:2: tests.0.threshold is missing"),
    "a threshold that is no number": (TESTS.replace("0.6", "nan"), "tests.yaml:2: the threshold of ranks is nan"),
    "a threshold without a reason": (
        TESTS.replace("weeks before", "' '"),
        "tests.yaml:2: the threshold of ranks has no",
    ),
    "a test planned twice": (
        TESTS.replace("gap,", "ranks,"),
        "tests.yaml:3: the name ranks is used for more than one test",
    ),
    "a kind that is none": (TESTS.replace("out-of-time", "guess"), "tests.0.kind: input should be 'out-of-sample'"),
}


@pytest.mark.parametrize("text, what", TESTS_REFUSED.values(), ids=TESTS_REFUSED)
def test_tests_yaml_is_refused_with(text: str, what: str) -> None:
    with pytest.raises(SubmissionError) as refused:
        planned(text)
    assert what in refused.value.what


MONITORING_REFUSED = {
    "no rule": ("rationale: a\nrules: []", "rules is empty"),
    "no reason": (MONITORING.replace("rationale: what moved before\n", ""), "rationale is missing"),
    "more windows needed than there are": (
        MONITORING + "persistence: [3, 2]\n",
        "monitoring.yaml:6: [3, 2] is not a valid",
    ),
    "no window needed": (MONITORING + "persistence: [0, 2]\n", "[0, 2] is not a valid"),
    "a rule that is no mapping": ("rationale: a\nrules: [psi]", "rules.0: input should be a valid dictionary"),
}


@pytest.mark.parametrize("text, what", MONITORING_REFUSED.values(), ids=MONITORING_REFUSED)
def test_monitoring_yaml_is_refused_with(text: str, what: str) -> None:
    with pytest.raises(SubmissionError) as refused:
        monitoring_file(text)
    assert what in refused.value.what
