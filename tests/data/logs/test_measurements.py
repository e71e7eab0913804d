"""A night's measurements as one batch: read back equal, the same bytes for the same figures."""

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


def test_a_batch_is_read_back_equal_to_the_last_bit() -> None:
    batch = (window(FIGURE, "psi temp"), window(SILENCE))
    assert from_bytes(to_bytes(batch)) == batch


def test_an_empty_batch_is_one() -> None:
    assert from_bytes(to_bytes(())) == ()


def test_the_same_figures_give_the_same_bytes_and_others_do_not() -> None:
    assert to_bytes([window(FIGURE)]) == to_bytes([window(FIGURE.model_copy())])
    assert to_bytes([window(FIGURE)]) != to_bytes([window(FIGURE.model_copy(update={"value": 0.3}))])


@pytest.mark.parametrize("content", [b"", b"PAR1", to_bytes([window(FIGURE)])[:-9]])
def test_what_is_no_batch_is_said_so(content: bytes) -> None:
    with pytest.raises(ArtifactError, match="batch of measurements cannot be read"):
        from_bytes(content)
