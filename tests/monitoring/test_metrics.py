"""Metrics are exact, their intervals are from whole days, and missing labels cannot say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from data.errors import LogFormatError, StatisticsError
from data.records.measurement import CannotSay, Measurement
from monitoring import metrics

DAYS = np.repeat(np.arange(20), 200)


def logs(seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Day, label and calibrated score of 4,000 predictions."""
    rng = np.random.default_rng(seed)
    score = np.round(rng.beta(2, 5, len(DAYS)), 3)
    return DAYS, (rng.random(len(DAYS)) < score).astype(float), score


def named(measured: tuple[Measurement, ...], name: str) -> Measurement:
    return next(m for m in measured if m.statistic == name)


def test_auc_equals_the_rank_statistic_with_ties() -> None:
    _, label, score = logs()
    u = mannwhitneyu(score[label == 1], score[label == 0]).statistic
    assert metrics.auc(label, score) == pytest.approx(u / ((label == 1).sum() * (label == 0).sum()), abs=1e-14)


def test_losses_equal_their_definition() -> None:
    day, label, score = logs()
    measured = metrics.recompute(day, label, score)
    assert named(measured, "brier").value == pytest.approx(np.mean((score - label) ** 2), rel=1e-14)
    clipped = np.clip(score, 1e-15, 1 - 1e-15)
    exact = -np.mean(label * np.log(clipped) + (1 - label) * np.log(1 - clipped))
    assert named(measured, "log_loss").value == pytest.approx(exact, rel=1e-14)
    assert named(measured, "calibration").value == pytest.approx(score.mean() / label.mean(), rel=1e-14)


def test_log_loss_of_a_certain_miss_stays_finite() -> None:
    assert metrics.log_loss(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx([34.5388, 34.5388], rel=1e-3)


def test_the_order_of_rows_does_not_matter() -> None:
    day, label, score = logs()
    shuffled = np.random.default_rng(0).permutation(len(day))
    assert metrics.recompute(day[shuffled], label[shuffled], score[shuffled]) == metrics.recompute(day, label, score)


def test_intervals_contain_the_values_and_p_values_test_the_level() -> None:
    day, label, score = logs()
    for m in metrics.recompute(day, label, score):
        assert m.low < m.value < m.high
        assert m.p_value is None
        (again,) = metrics.recompute(day, label, score, metrics=[m.statistic], level=m.value)
        assert again.p_value == 1.0
        (far,) = metrics.recompute(day, label, score, metrics=[m.statistic], level=m.value + 1)
        assert far.p_value < 1e-6


def test_coverage_of_the_interval_is_about_95_percent_when_days_differ() -> None:
    rng, hits, runs = np.random.default_rng(3), 0, 200
    for run in range(runs):
        rate = np.clip(rng.normal(0.3, 0.1, 20), 0.05, 0.9)[DAYS]
        label = (rng.random(len(DAYS)) < rate).astype(float)
        (m,) = metrics.recompute(DAYS, label, np.full(len(DAYS), 0.3), metrics=["brier"], seed=run)
        hits += m.low <= 0.3**2 * 0.7 + 0.7**2 * 0.3 <= m.high
    assert 0.90 <= hits / runs <= 0.99


def test_fewer_than_five_days_have_a_value_and_no_interval() -> None:
    day, label, score = logs()
    for m in metrics.recompute(day % 4, label, score, level=0.5):
        assert m.value is not None
        assert (m.low, m.high, m.p_value) == (None, None, None)


NOTHING_TO_SAY = {
    "no rows is an empty window": ([], [], [], CannotSay.EMPTY_WINDOW),
    "rows without a label have none yet": ([1, 2], [np.nan, None], [0.1, 0.2], CannotSay.NO_LABELS_YET),
    "one class has no AUC": ([1, 2], [1, 1], [0.1, 0.2], CannotSay.ONE_CLASS),
}


@pytest.mark.parametrize(("day", "label", "score", "reason"), NOTHING_TO_SAY.values(), ids=NOTHING_TO_SAY.keys())
def test_missing_labels_cannot_say(day: list, label: list, score: list, reason: CannotSay) -> None:
    m = metrics.recompute(day, label, score)[0]
    assert (m.statistic, m.value, m.cannot_say) == ("auc", None, reason)


def test_one_class_still_has_a_brier_score() -> None:
    m = named(metrics.recompute([1, 2], [1, 1], [0.5, 0.5]), "brier")
    assert m.value == 0.25


def test_auc_of_no_rows_or_one_class_is_not_a_number() -> None:
    assert math.isnan(metrics.auc(np.zeros(0), np.zeros(0)))
    assert math.isnan(metrics.auc(np.ones(3), np.array([0.1, 0.2, 0.3])))


BAD = {
    "a NaN score": ([1, 2], [0, 1], [0.5, np.nan], LogFormatError, "1 of 2 values are null, NaN or outside"),
    "a score above 1": ([1, 2], [0, 1], [0.5, 1.5], LogFormatError, "1 of 2"),
    "a label of 2": ([1, 2], [0, 2], [0.5, 0.5], LogFormatError, "neither 0, 1 nor null"),
    "columns of different length": ([1, 2], [0], [0.5, 0.5], StatisticsError, "day 2, label 1, score 2"),
}


@pytest.mark.parametrize(("day", "label", "score", "error", "says"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_with_its_count(day: list, label: list, score: list, error: type, says: str) -> None:
    with pytest.raises(error, match=says):
        metrics.recompute(day, label, score)


def test_the_message_on_an_unknown_metric_lists_the_metrics() -> None:
    with pytest.raises(StatisticsError, match="unknown metric gini"):
        metrics.recompute([1], [1], [1], metrics=["gini"])


def test_slices_are_measured_separately() -> None:
    day, label, score = logs()
    slices = np.where(np.arange(len(day)) % 2 == 0, "even", "odd")
    measured = metrics.recompute_slices(day, label, score, slices, metrics=["brier"])
    assert [(m.segment, m.rows) for m in measured] == [("even", 2000), ("odd", 2000)]
    assert measured[0].value == pytest.approx(np.mean((score - label)[::2] ** 2), rel=1e-13)
