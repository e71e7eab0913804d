"""The verdicts of the gates are shown with the worst first; none is left out."""

from __future__ import annotations

from typing import Any

import pytest

from data.records.verdict import Failed, Judgement, Passed, Unproven
from views.forms.gate_tables import gate_counts, gate_table, gates_not_passed, gates_passed

WAIVER = "models/ops/delay/versions/1/waivers/2"


def judgement(verdict: Any, **changes: Any) -> Judgement:
    return Judgement(**{"control": "A-1", "gate": "a", "criterion": "x | y", "verdict": verdict, **changes})


PASSED = judgement(Passed(because="0.7"))
FAILED = judgement(Failed(reason="too low", remedy="more"))
UNPROVEN = judgement(Unproven(missing="a log", remedy="keep"))
WAIVED = FAILED.model_copy(update={"waived_by": WAIVER})
WATCHED = FAILED.model_copy(update={"mode": "observe"})
HOSTILE = judgement(Failed(reason="x\n| passed | Z-9 | z | all |", remedy="<b>"))

ROWS = {
    "passed": (PASSED, r"| passed | A-1 | a: x \| y | 0.7 |"),
    "failed": (FAILED, r"| **failed** | A-1 | a: x \| y | too low |"),
    "unproven": (UNPROVEN, r"| **unproven** | A-1 | a: x \| y | a log |"),
    "waived, with what it would be": (
        WAIVED,
        r"| **waived** by waiver 2, failed without it | A-1 | a: x \| y | too low |",
    ),
    "failed where it only observes": (WATCHED, r"| **failed** (observe only) | A-1 | a: x \| y | too low |"),
    "text that would be a row of its own": (
        HOSTILE,
        r"| **failed** | A-1 | a: x \| y | x \| passed \| Z-9 \| z \| all \| |",
    ),
}


@pytest.mark.parametrize(("judged", "row"), ROWS.values(), ids=ROWS)
def test_a_judgement_is_one_row_of_the_table(judged: Judgement, row: str) -> None:
    assert gate_table([judged])[2:] == [row]


COUNTS = {
    "all passed": ([PASSED, PASSED], "**All 2 criteria passed.**"),
    "the worst first": (
        [PASSED, WAIVED, UNPROVEN, FAILED, PASSED],
        "**1 failed, 1 unproven, 1 waived, 2 passed** of 5 criteria",
    ),
    "nothing judged is not all passed": ([], "**No gate has judged this.**"),
}


@pytest.mark.parametrize(("judged", "sentence"), COUNTS.values(), ids=COUNTS)
def test_the_counts_by_outcome_are_one_sentence(judged: list[Judgement], sentence: str) -> None:
    assert gate_counts(judged) == sentence


def test_failed_comes_before_unproven_before_waived_and_passed_is_a_separate_table() -> None:
    judged = [PASSED, WAIVED, UNPROVEN, FAILED, WATCHED]
    firsts = [line.split("|")[1].strip() for line in gates_not_passed(judged)[5:]]
    assert firsts == [
        "**failed**",
        "**failed** (observe only)",
        "**unproven**",
        "**waived** by waiver 2, failed without it",
    ]
    folded = gates_passed(judged)
    assert folded[1] == "<details><summary>1 passed</summary>"
    assert folded[-3:] == [gate_table([PASSED])[-1], "", "</details>"]


def test_no_empty_table_is_shown() -> None:
    assert (gates_not_passed([PASSED]), gates_passed([FAILED]), gate_table([])) == ([], [], [])
