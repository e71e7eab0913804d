"""The paired difference: its sign, its exact value, and the required days."""

from __future__ import annotations

import numpy as np
import pytest

from data.errors import LogFormatError
from data.records.measurement import CannotSay
from monitoring import metrics, paired

DAYS = np.repeat(np.arange(28), 150)


def logs(noise: float, seed: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Day, label, a noisy first score and the true second score."""
    rng = np.random.default_rng(seed)
    truth = rng.beta(2, 4, len(DAYS))
    label = (rng.random(len(DAYS)) < truth).astype(float)
    return DAYS, label, np.clip(truth + rng.normal(0, noise, len(DAYS)), 0, 1), truth


def test_a_difference_above_0_means_that_the_second_model_is_better() -> None:
    for m in paired.compare(*logs(0.2)):
        assert 0 < m.low < m.value < m.high
        assert m.p_value < 0.01


def test_swapping_the_models_reverses_the_sign() -> None:
    day, label, first, second = logs(0.2)
    for m, swapped in zip(
        paired.compare(day, label, first, second), paired.compare(day, label, second, first), strict=True
    ):
        assert swapped.value == pytest.approx(-m.value, abs=1e-15)
        assert swapped.low == pytest.approx(-m.high, abs=1e-12)


def test_differences_equal_those_of_the_metrics() -> None:
    day, label, first, second = logs(0.1)
    auc, brier, log_loss = paired.compare(day, label, first, second)
    a, b = metrics.recompute(day, label, first), metrics.recompute(day, label, second)
    assert auc.value == pytest.approx(b[0].value - a[0].value, abs=1e-12)
    assert brier.value == pytest.approx(a[1].value - b[1].value, abs=1e-12)
    assert log_loss.value == pytest.approx(a[2].value - b[2].value, abs=1e-12)


def test_the_same_model_twice_has_a_difference_of_0() -> None:
    day, label, first, _ = logs(0.1)
    for m in paired.compare(day, label, first, first):
        assert (m.value, m.low, m.high, m.p_value) == (0.0, 0.0, 0.0, 1.0)


def test_equally_good_models_are_significant_about_one_time_in_twenty() -> None:
    rng, found, runs = np.random.default_rng(11), 0, 50
    for run in range(runs):
        truth = rng.beta(2, 4, len(DAYS))
        label = (rng.random(len(DAYS)) < truth).astype(float)
        first, second = (np.clip(truth + rng.normal(0, 0.1, len(DAYS)), 0, 1) for _ in range(2))
        found += paired.compare(DAYS, label, first, second, seed=run)[1].p_value < 0.05
    assert found / runs <= 0.10


def test_the_order_of_rows_does_not_matter() -> None:
    rows = logs(0.1)
    shuffled = np.random.default_rng(0).permutation(len(DAYS))
    assert paired.compare(*(column[shuffled] for column in rows)) == paired.compare(*rows)


NOTHING_TO_SAY = {
    "no rows": (0, 1, CannotSay.EMPTY_WINDOW),
    "thirteen days": (13, 1, CannotSay.TOO_FEW_DAYS),
    "fourteen days of one class": (14, 0, CannotSay.ONE_CLASS),
    "fourteen days without labels": (14, np.nan, CannotSay.NO_LABELS_YET),
}


@pytest.mark.parametrize(("days", "factor", "reason"), NOTHING_TO_SAY.values(), ids=NOTHING_TO_SAY.keys())
def test_missing_days_or_labels_cannot_say(days: int, factor: float, reason: CannotSay) -> None:
    day, label, first, second = (column[np.isin(DAYS, range(days))] for column in logs(0.1))
    for m, name in zip(paired.compare(day, label * factor, first, second), paired.DIFFERENCES, strict=True):
        assert (m.statistic, m.value, m.cannot_say) == (name, None, reason)


def test_fourteen_days_are_enough() -> None:
    assert all(m.cannot_say is None for m in paired.compare(*(column[DAYS < 14] for column in logs(0.1))))


def test_a_score_that_is_no_probability_is_refused_with_its_name() -> None:
    with pytest.raises(LogFormatError, match="second: 1 of 1"):
        paired.compare([1], [1], [0.5], [np.nan])
