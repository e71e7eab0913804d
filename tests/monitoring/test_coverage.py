"""Label coverage of a window and its exact test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from monitoring import coverage
from monitoring.scores import count_scores


def test_coverage_is_the_share_of_known_labels_and_the_test_is_exact() -> None:
    label = np.where(np.arange(200) < 170, 1.0, np.nan)
    days = {"d": count_scores(np.full(200, 0.5), label)}
    measured = coverage.measure(days, level=0.9)
    assert (measured.value, measured.rows) == (0.85, 200)
    assert measured.low < 0.85 < measured.high
    assert measured.p_value == pytest.approx(binom.cdf(170, 200, 0.9))
    assert coverage.measure(days).p_value is None
