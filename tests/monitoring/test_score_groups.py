"""Ten groups of predictions by score, with the label rate of each and its interval."""

from __future__ import annotations

import numpy as np
import pytest

from monitoring.score_groups import ScoreGroup, score_groups
from monitoring.scores import count_scores

ROWS = 20_000


def groups(factor: float = 1.0) -> tuple[ScoreGroup, ...]:
    source = np.random.default_rng(1)
    score = source.beta(2.0, 3.0, ROWS)
    return score_groups(count_scores(score, (source.random(ROWS) < score * factor).astype(np.float64)))


def test_ten_groups_have_all_rows_in_the_order_of_scores() -> None:
    found = groups()
    assert (len(found), sum(one.rows for one in found)) == (10, ROWS)
    assert [one.score for one in found] == sorted(one.score for one in found)
    assert all(0.0 <= one.low <= one.rate <= one.high <= 1.0 for one in found)


def test_the_intervals_of_a_calibrated_model_contain_its_mean_scores() -> None:
    assert sum(one.low <= one.score <= one.high for one in groups()) >= 8


def test_the_intervals_of_an_uncalibrated_model_do_not_contain_its_mean_scores() -> None:
    assert not any(one.low <= one.score <= one.high for one in groups(factor=0.5))


def test_equal_scores_are_one_group_with_wilsons_interval() -> None:
    score, label = np.full(100, 0.1), np.repeat([0.0, 1.0], [90, 10])
    (found,) = score_groups(count_scores(score, label))
    assert (found.rows, found.rate) == (100, 0.1)
    assert (found.low, found.high) == pytest.approx((0.0552, 0.1744), abs=1e-4)


def test_a_group_without_label_1_has_an_upper_bound_above_0() -> None:
    (found,) = score_groups(count_scores(np.full(50, 0.2), np.zeros(50)))
    assert (found.rate, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.0713, abs=1e-4)


def test_predictions_without_labels_have_no_group() -> None:
    assert score_groups(count_scores(np.full(5, 0.2), None)) == ()
