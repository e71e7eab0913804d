"""The measurements of a run as Parquet: read back equal, with the same bytes for the same measurements."""

from __future__ import annotations

import pytest

from data.errors import ArtifactError
from data.logs.measurements import WindowMeasurement, from_bytes, to_bytes
from data.records.measurement import CannotSay, Measurement

FIGURE = Measurement(
    statistic="psi",
    column="temp",
    value=0.1 + 0.2,
    low=0.25,
    high=0.5,
    p_value=1e-300,
    rows=6_000,
    reference_rows=58_000,
    edges_digest="sha256:0",
)
SILENCE = Measurement(statistic="auc", column="score", value=None, cannot_say=CannotSay.NO_LABELS_YET, coverage=0.0)


def window(measurement: Measurement, rule: str = "") -> WindowMeasurement:
    return WindowMeasurement(
        version="models/ops/delay/versions/1",
        first_day="2013-04-01",
        last_day="2013-04-07",
        measurement=measurement,
        rule=rule,
        outcome="quiet" if rule else "",
    )


def test_measurements_are_read_back_exactly() -> None:
    batch = (window(FIGURE, "psi temp"), window(SILENCE))
    assert from_bytes(to_bytes(batch)) == batch


def test_an_empty_list_of_measurements_is_read_back() -> None:
    assert from_bytes(to_bytes(())) == ()


def test_equal_measurements_give_equal_bytes_and_others_do_not() -> None:
    assert to_bytes([window(FIGURE)]) == to_bytes([window(FIGURE.model_copy())])
    assert to_bytes([window(FIGURE)]) != to_bytes([window(FIGURE.model_copy(update={"value": 0.3}))])


@pytest.mark.parametrize("content", [b"", b"PAR1", to_bytes([window(FIGURE)])[:-9]])
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ArtifactError, match="stored measurements of a monitoring run cannot be read"):
        from_bytes(content)
