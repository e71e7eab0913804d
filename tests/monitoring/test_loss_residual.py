"""The loss residual shows concept drift that the mean calibration does not show, and is 0 otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from data.records.measurement import CannotSay
from monitoring import calibration, loss_residual
from monitoring.calibration_map import calibration_map
from monitoring.scores import count_scores


def rows(seed: int, rows: int, flipped: float = 0.0, shifted: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Scores and labels; the share `flipped` of the labels is flipped at random in rows with about equal odds."""
    rng = np.random.default_rng(seed)
    score = rng.beta(2 + shifted, 2, rows)
    label = (rng.random(rows) < score).astype(float)
    return score, np.where(rng.random(rows) < flipped, 1.0 - label, label)


MAP = calibration_map(count_scores(*rows(0, 100_000)))


def window(seed: int, days: int = 7, size: int = 600, **changed: float) -> dict[str, object]:
    return {str(d): count_scores(*rows(seed * 100 + d, size, **changed)) for d in range(days)}


def test_flipped_labels_change_the_residual_but_not_the_mean_calibration() -> None:
    changed = window(1, flipped=0.15)
    assert calibration.measure(changed).p_value > 0.01
    measured = loss_residual.measure(changed, MAP)
    assert measured.low > 0.0
    assert measured.p_value < 1e-3


def test_changed_inputs_are_no_concept_drift() -> None:
    measured = loss_residual.measure(window(2, shifted=2.0), MAP)
    assert measured.p_value > 0.01


def test_a_single_day_has_a_standard_error_from_its_rows() -> None:
    measured = loss_residual.measure(window(3, days=1, size=4_000, flipped=0.15), MAP)
    assert measured.p_value < 1e-6


@pytest.mark.parametrize("days", [1, 14])
def test_an_unchanged_concept_is_significant_about_one_time_in_twenty(days: int) -> None:
    p_values = [loss_residual.measure(window(s, days, 2_800 // days), MAP).p_value for s in range(10, 110)]
    assert sum(p < 0.05 for p in p_values) <= 11


def test_the_residual_equals_that_of_the_rows() -> None:
    score, label = rows(4, 500)
    measured = loss_residual.measure({"d": count_scores(score, label)}, MAP)
    g = MAP.probability[np.minimum((score * 1_000).astype(int), 999)]
    exact = (score - label) ** 2 - (score**2 - 2 * score * g + g)
    assert measured.value == pytest.approx(exact.mean(), abs=1e-8)


def test_a_small_reference_widens_the_interval() -> None:
    small = calibration_map(count_scores(*rows(5, 300)))
    wide, narrow = (loss_residual.measure(window(6, days=1, size=3_000), learnt) for learnt in (small, MAP))
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_a_missing_reference_or_scores_of_one_half_cannot_say() -> None:
    assert loss_residual.measure(window(7), None).cannot_say is CannotSay.NO_REFERENCE
    assert loss_residual.measure({}, None).cannot_say is CannotSay.EMPTY_WINDOW
    halves = {"d": count_scores(np.full(100, 0.5), np.arange(100) % 2)}
    assert loss_residual.measure(halves, MAP).cannot_say is CannotSay.CONSTANT_COLUMN
