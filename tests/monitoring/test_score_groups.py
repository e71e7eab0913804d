"""Tenths of predictions by score: what came true in each, with an interval that holds what is true."""

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


def test_ten_groups_hold_all_rows_from_low_scores_to_high() -> None:
    found = groups()
    assert (len(found), sum(one.rows for one in found)) == (10, ROWS)
    assert [one.score for one in found] == sorted(one.score for one in found)
    assert all(0.0 <= one.low <= one.rate <= one.high <= 1.0 for one in found)


def test_the_intervals_of_a_calibrated_model_hold_its_scores() -> None:
    assert sum(one.low <= one.score <= one.high for one in groups()) >= 8


def test_those_of_a_model_that_says_twice_as_many_do_not() -> None:
    assert not any(one.low <= one.score <= one.high for one in groups(factor=0.5))


def test_one_score_for_all_is_one_group_and_its_interval_is_that_of_wilson() -> None:
    score, label = np.full(100, 0.1), np.repeat([0.0, 1.0], [90, 10])
    (found,) = score_groups(count_scores(score, label))
    assert (found.rows, found.rate) == (100, 0.1)
    assert (found.low, found.high) == pytest.approx((0.0552, 0.1744), abs=1e-4)


def test_a_group_without_an_event_is_not_certain() -> None:
    (found,) = score_groups(count_scores(np.full(50, 0.2), np.zeros(50)))
    assert (found.rate, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.0713, abs=1e-4)


def test_without_labels_there_is_no_group() -> None:
    assert score_groups(count_scores(np.full(5, 0.2), None)) == ()
