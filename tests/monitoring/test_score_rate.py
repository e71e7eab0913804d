"""The mean score of a window includes rows without a label."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from monitoring import score_rate


def test_every_scored_row_is_used(make_week: Callable, make_days: Callable) -> None:
    scores = np.concatenate([score for score, _ in make_week(5, coverage=0.6).values()])
    days = make_days(5, coverage=0.6)
    measured = score_rate.measure(days, level=0.5)
    assert measured.value == pytest.approx(scores.mean(), abs=3e-10)
    assert measured.low < scores.mean() < measured.high
    assert measured.p_value < 1e-4
    assert measured.rows == len(scores)
