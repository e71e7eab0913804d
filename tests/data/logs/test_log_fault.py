"""A fault has a place, a description and a remedy; some faults make a partition unusable."""

from __future__ import annotations

import pytest

from data.errors import LogFormatError
from data.logs.log_fault import LogFault, LogFaultKind

FAULT = LogFault(LogFaultKind.BAD_SCORE, "date=2013-04-01/a.parquet", "1 of 2 scores are NaN", "write a probability")


def test_the_text_is_one_line_that_ends_with_the_remedy() -> None:
    assert FAULT.text == (
        "date=2013-04-01/a.parquet: scores that are not probabilities: 1 of 2 scores are NaN → write a probability"
    )


def test_a_stored_kind_has_a_text_in_plain_words() -> None:
    assert [LogFaultKind("labels told twice").text, LogFaultKind.TOO_LARGE.text] == [
        "labels written twice",
        "too large",
    ]


def test_the_error_has_the_remedy() -> None:
    error = FAULT.error()
    assert isinstance(error, LogFormatError)
    assert (error.remedy, error.exit_code) == ("write a probability", 2)


def test_a_fault_is_read_back_from_json() -> None:
    assert LogFault.from_json(FAULT.to_json()) == FAULT


BREAKS = {
    LogFaultKind.UNREADABLE: True,
    LogFaultKind.MISSING_COLUMN: True,
    LogFaultKind.WRONG_TYPE: True,
    LogFaultKind.OTHER_DAY: True,
    LogFaultKind.TOO_LARGE: True,
    LogFaultKind.BAD_SCORE: False,
    LogFaultKind.DUPLICATE_ID: False,
    LogFaultKind.ORPHAN_LABEL: False,
    LogFaultKind.MISSING_PARTITION: False,
}


@pytest.mark.parametrize("kind", BREAKS)
def test_which_faults_break_a_partition(kind: LogFaultKind) -> None:
    assert LogFault(kind, "", "", "").breaks is BREAKS[kind]
