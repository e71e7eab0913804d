"""Measurements: a value, or the reason why there is none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from data.records.measurement import CannotSay, Measurement

WORDS = (
    "empty window | too few rows | too few days | constant column | no labels yet | label coverage too low"
    " | only one class among the labels | no reference | column missing"
)


def test_the_reasons_why_a_statistic_cannot_say() -> None:
    known = " | ".join(CannotSay)
    assert known.startswith(WORDS), "stored words are never dropped: add new ones at the end"


def test_a_measurement_is_read_back_from_json() -> None:
    measurement = Measurement(
        statistic="psi", column="distance", value=0.1, low=0.0, high=0.2, rows=9, reference_rows=99
    )
    assert Measurement.model_validate_json(measurement.model_dump_json()) == measurement
    none = Measurement(statistic="auc", column="score", value=None, cannot_say=CannotSay.ONE_CLASS)
    assert Measurement.model_validate_json(none.model_dump_json()).cannot_say is CannotSay.ONE_CLASS


def test_a_measurement_is_frozen_and_rejects_unknown_fields() -> None:
    with pytest.raises(ValidationError):
        Measurement.model_validate({"statistic": "psi", "column": "x", "value": 1.0, "threshold": 2.0})
