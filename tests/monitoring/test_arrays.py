"""Columns must have equal length and allowed values."""

from __future__ import annotations

import numpy as np
import pytest

from data.errors import LogFormatError, StatisticsError
from monitoring.arrays import checked_labels, checked_scores, frozen, same_length


def test_the_common_length_is_returned_and_different_lengths_are_refused() -> None:
    assert same_length(day=np.zeros(3), label=np.zeros(3)) == 3
    with pytest.raises(StatisticsError, match="day 3, label 2"):
        same_length(day=np.zeros(3), label=np.zeros(2))


def test_a_score_that_is_no_probability_is_refused() -> None:
    assert checked_scores(np.array([0, 1])).tolist() == [0.0, 1.0]
    with pytest.raises(LogFormatError, match="champion: 3 of 4 values are null, NaN or outside 0 to 1"):
        checked_scores(np.array([0.5, -0.1, np.nan, np.inf]), "champion")


def test_a_label_that_is_neither_0_nor_1_is_refused() -> None:
    assert np.isnan(checked_labels(np.array([0, 1, None], dtype=object))[2])
    with pytest.raises(LogFormatError, match="outcome: 1 of 2 values are neither 0, 1 nor null"):
        checked_labels(np.array([0.5, 1.0]), "outcome")


def test_a_frozen_array_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        frozen(np.zeros(1))[0] = 1.0
