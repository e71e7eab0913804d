"""Data quality: expectations are met, there are enough rows, and no held-out row is a training row."""

from __future__ import annotations

from typing import Any

import pytest

from data.records.version import Overlap
from tests.gates import rows

QUALITY, ROWS = "quality of the training data", "rows of the training data"
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "expectations that are met pass": ({}, QUALITY, "passed"),
    "expectations that are not met fail": ({"quality": "failed"}, QUALITY, "failed"),
    "a suite that did not finish is unproven": ({"quality": "error"}, QUALITY, "unproven"),
    "a suite that was not run is unproven": ({"quality": "not run"}, QUALITY, "unproven"),
    "a suite without expectations fails": ({"quality_expectations": 0}, QUALITY, "failed"),
    "a suite with just enough expectations passes": ({"quality_expectations": 1}, QUALITY, "passed"),
    "more rows than the minimum pass": ({}, ROWS, "passed"),
    "as many rows as the minimum pass": ({"rows": 1_000}, ROWS, "passed"),
    "fewer rows than the minimum of the standard fail": ({"rows": 499, "quality_rows_floor": 0}, ROWS, "failed"),
    "fewer rows than the minimum of the suite fail": ({"rows": 999}, ROWS, "failed"),
}


@pytest.mark.parametrize("case", CASES)
def test_quality_and_rows_of_a_dataset(case: str) -> None:
    changes, criterion, outcome = CASES[case]
    datasets = (rows.dataset("training", **changes), rows.dataset("held-out"))
    found = rows.judged("data_quality", rows.evidence(datasets=datasets), minimum_rows=500, minimum_expectations=1)
    assert rows.outcomes(found)[criterion] == outcome


def test_a_missing_dataset_is_unproven() -> None:
    found = rows.outcomes(rows.judged("data_quality", rows.evidence(datasets=(rows.dataset(quality_report=None),))))
    assert found["held-out data"] == "unproven"
    assert "held-out data is not the training data" not in found


def test_held_out_data_that_is_the_training_data_fails() -> None:
    same = (rows.dataset("training"), rows.dataset("held-out", identity=rows.dataset().identity))
    found = rows.outcomes(rows.judged("data_quality", rows.evidence(datasets=same)))
    assert found["held-out data is not the training data"] == "failed"


BY_ID, BY_CONTENT = "held-out rows are no training rows, by id", "held-out rows are no training rows, by content"
OVERLAPS: dict[str, tuple[Overlap | None, tuple[str, str], str]] = {
    "no shared row passes": (Overlap(ids=0, rows=0, explained=3), ("passed", "passed"), "0 of 10,000"),
    "one shared id fails": (
        Overlap(ids=1, rows=0, explained=3),
        ("failed", "passed"),
        "1 of 10,000 held-out rows (under 0.1%)",
    ),
    "equal rows that chance explains pass": (
        Overlap(ids=0, rows=9_000, explained=9_000),
        ("passed", "passed"),
        "9,000 of 10,000 held-out rows (90.0%)",
    ),
    "as many equal rows beyond as the limit pass": (
        Overlap(ids=0, rows=400, explained=300),
        ("passed", "passed"),
        "repeats inside the training data explain up to 300 of them",
    ),
    "more equal rows beyond than the limit fail": (
        Overlap(ids=0, rows=401, explained=300),
        ("passed", "failed"),
        "Beyond these, at most 1.0% may be equal",
    ),
    "rows that were not compared are unproven": (None, ("unproven", "unproven"), "validation compares them"),
}


@pytest.mark.parametrize("case", OVERLAPS)
def test_the_verdict_on_shared_rows(case: str) -> None:
    overlap, outcome, sentence = OVERLAPS[case]
    datasets = (rows.dataset("training"), rows.dataset("held-out", overlap=overlap, rows=10_000))
    found = rows.judged("data_quality", rows.evidence(datasets=datasets))
    assert tuple(rows.outcomes(found)[one] for one in (BY_ID, BY_CONTENT)) == outcome
    assert sentence in " ".join(map(rows.words, found))


def test_shared_rows_of_an_empty_dataset_do_not_pass() -> None:
    empty = rows.dataset("held-out", overlap=Overlap(ids=0, rows=0, explained=0), rows=0)
    found = rows.outcomes(rows.judged("data_quality", rows.evidence(datasets=(rows.dataset(), empty))))
    assert found[BY_CONTENT] == "unproven"
