"""Data quality: expectations are met, there are enough rows, and held-out data differs from training data."""

from __future__ import annotations

from typing import Any

import pytest

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
