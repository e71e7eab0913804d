"""Data quality: expectations that hold, rows enough, and held-out data that training never saw."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows

QUALITY, ROWS = "quality of the training data", "rows of the training data"
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "expectations that hold pass": ({}, QUALITY, "passed"),
    "expectations that do not hold fail": ({"quality": "failed"}, QUALITY, "failed"),
    "a suite that broke off is unproven, not failed": ({"quality": "error"}, QUALITY, "unproven"),
    "a suite that was not run is unproven": ({"quality": "not run"}, QUALITY, "unproven"),
    "a suite that expects nothing fails": ({"quality_expectations": 0}, QUALITY, "failed"),
    "a suite with just enough expectations passes": ({"quality_expectations": 1}, QUALITY, "passed"),
    "rows above the floor pass": ({}, ROWS, "passed"),
    "rows on the floor pass": ({"rows": 1_000}, ROWS, "passed"),
    "rows under the standard's floor fail": ({"rows": 499, "quality_rows_floor": 0}, ROWS, "failed"),
    "rows under the suite's own floor fail": ({"rows": 999}, ROWS, "failed"),
}


@pytest.mark.parametrize("case", CASES)
def test_data_quality(case: str) -> None:
    changes, criterion, outcome = CASES[case]
    datasets = (rows.dataset("training", **changes), rows.dataset("held-out"))
    found = rows.judged("data_quality", rows.evidence(datasets=datasets), minimum_rows=500, minimum_expectations=1)
    assert rows.outcomes(found)[criterion] == outcome


def test_a_dataset_that_was_not_handed_in_is_unproven() -> None:
    found = rows.outcomes(rows.judged("data_quality", rows.evidence(datasets=(rows.dataset(quality_report=None),))))
    assert found["held-out data"] == "unproven"
    assert "held-out data is not the training data" not in found


def test_held_out_data_that_is_the_training_data_fails() -> None:
    same = (rows.dataset("training"), rows.dataset("held-out", identity=rows.dataset().identity))
    found = rows.outcomes(rows.judged("data_quality", rows.evidence(datasets=same)))
    assert found["held-out data is not the training data"] == "failed"
