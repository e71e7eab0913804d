"""The histogram of scores by label is exact, is merged in any order, and counts every row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import StatisticsError
from monitoring.scores import BINS, COUNT, SQUARE, SUM, SUM_UNIT, ScoreHistogram, count_scores, merge_scores

SCORES = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, 0.5, np.nan, -0.1, 1.1]))
LABELS = st.sampled_from([0.0, 1.0, np.nan, 2.0])
AGES = st.sampled_from([-1.0, 0.0, 1.0, 1.5, 30.0, 91.0])
ROWS = st.lists(st.tuples(SCORES, LABELS, AGES), max_size=25)


def counted(rows: list[tuple[float, float, float]]) -> ScoreHistogram:
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return count_scores(*columns)


@given(ROWS, ROWS, ROWS)
def test_merging_is_associative_commutative_and_exact(first: list, second: list, third: list) -> None:
    a, b, c = counted(first), counted(second), counted(third)
    assert merge_scores(merge_scores(a, b), c) == merge_scores(c, merge_scores(b, a))
    assert merge_scores(a, b, c) == counted(third + first + second)


@given(ROWS)
def test_every_row_is_counted(rows: list) -> None:
    histogram = counted(rows)
    unusable = sum(histogram.faulty.get(name, 0) for name in ("score missing", "score outside 0 to 1"))
    assert histogram.rows + unusable == len(rows)


def test_bins_sums_and_squares_equal_those_of_the_rows() -> None:
    rng = np.random.default_rng(1)
    score, label = rng.random(3_000), rng.integers(0, 2, 3_000).astype(float)
    by_label = count_scores(score, label).by_label
    for value in (0, 1):
        chosen = score[label == value]
        assert np.array_equal(by_label[COUNT, value], np.histogram(chosen, BINS, (0, 1))[0])
        assert by_label[SUM, value].sum() * SUM_UNIT == pytest.approx(chosen.sum(), abs=3_000 * SUM_UNIT)
        assert by_label[SQUARE, value].sum() * SUM_UNIT == pytest.approx((chosen**2).sum(), abs=3_000 * SUM_UNIT)


def test_faults_are_counted_by_name() -> None:
    histogram = count_scores(
        np.array([np.nan, -0.1, 1.1, 0.5, 0.5, 0.5]),
        np.array([1.0, 1.0, np.nan, 2.0, 1.0, 1.0]),
        np.array([0.0, 0.0, 0.0, 0.0, -0.5, 0.5]),
    )
    assert histogram.faulty == {
        "score missing": 1,
        "score outside 0 to 1": 2,
        "label neither 0 nor 1": 1,
        "label before its prediction": 1,
    }
    assert (histogram.rows, histogram.known) == (3, 1)


def test_predictions_without_labels_have_no_known_label() -> None:
    histogram = count_scores(np.array([0.2, 1.0]))
    assert (histogram.rows, histogram.known, histogram.faulty) == (2, 0, {})
    assert histogram.unlabelled[COUNT, [200, 999]].tolist() == [1, 1]


def test_a_late_label_is_unknown_for_a_shorter_age() -> None:
    score, label, age = np.array([0.2, 0.4, 0.6]), np.array([0.0, 1.0, 1.0]), np.array([0.5, 5.0, 200.0])
    histogram = count_scores(score, label, age)
    assert [histogram.matured(days).known for days in (1, 7, 90)] == [1, 2, 2]
    assert histogram.matured(7) == count_scores(score, np.array([0.0, 1.0, np.nan]), age)
    assert histogram.known == 3


def test_an_age_that_is_not_counted_separately_is_refused() -> None:
    with pytest.raises(StatisticsError, match="labels are not counted separately for 5 days") as refused:
        count_scores(np.empty(0)).matured(5)
    assert "1, 7, 30, 90 days" in refused.value.remedy


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(StatisticsError, match="score 2, label 1, age 2"):
        count_scores(np.zeros(2), np.zeros(1))


def test_histograms_are_equal_by_digest_and_read_only() -> None:
    first, second = count_scores(np.array([0.1])), count_scores(np.array([0.1]))
    assert first == second
    assert len({first, second, merge_scores()}) == 2
    assert first != first.digest
    with pytest.raises(ValueError, match="read-only"):
        first.labelled[0, 0, 0, 0] = 1
