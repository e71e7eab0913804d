"""Calibration of a window, and the reliability table."""

from __future__ import annotations

import numpy as np
import pytest

from monitoring import calibration
from monitoring.scores import count_scores


def week(factor: float, seed: int = 0) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    made = {}
    for day in range(14):
        score = rng.beta(2, 6, 500)
        made[str(day)] = count_scores(score, (rng.random(500) < np.clip(score * factor, 0, 1)).astype(float))
    return made


def test_a_calibrated_model_is_near_1_and_an_underestimating_one_is_not() -> None:
    good, poor = calibration.measure(week(1.0)), calibration.measure(week(1.5))
    assert good.low < 1.0 < good.high
    assert good.p_value > 0.05
    assert poor.value == pytest.approx(1 / 1.5, abs=0.05)
    assert poor.high < 1.0
    assert poor.p_value < 1e-4


def test_the_level_can_have_another_value_or_none() -> None:
    assert calibration.measure(week(1.5), level=1 / 1.5).p_value > 0.05
    assert calibration.measure(week(1.5), level=None).p_value is None


def test_under_five_days_there_is_no_interval() -> None:
    few = calibration.measure(dict(list(week(1.0).items())[:4]))
    assert (few.low, few.high, few.p_value) == (None, None, None)


def test_scores_of_0_have_a_ratio_of_0() -> None:
    measured = calibration.measure({"d": count_scores(np.zeros(40), np.arange(40) % 2)})
    assert (measured.value, measured.low) == (0.0, None)


def test_the_reliability_table_equals_that_of_the_rows() -> None:
    score, label = np.array([0.05, 0.06, 0.95, 1.0]), np.array([0.0, 1.0, 1.0, np.nan])
    first, last = calibration.reliability({"d": count_scores(score, label)})
    assert (first.low, first.high, first.rows, first.label_rate) == (0.0, 0.1, 2, 0.5)
    assert first.mean_score == pytest.approx(0.055)
    assert first.rate_low < 0.5 < first.rate_high
    assert (last.low, last.rows, last.label_rate) == (0.9, 1, 1.0)
