"""The isotonic map is compared with that of SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from data.errors import StatisticsError
from monitoring.calibration_map import calibration_map, pooled_blocks
from monitoring.scores import count_scores


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=40))
def test_pooling_equals_isotonic_regression(points: list[tuple[float, int]]) -> None:
    values, weights = np.array(points, dtype=np.float64).T
    block = pooled_blocks(values, weights)
    means = np.bincount(block, weights=values * weights) / np.bincount(block, weights=weights)
    assert means[block] == pytest.approx(isotonic_regression(values, weights=weights).x, abs=1e-9)


def test_the_map_rises_and_gives_the_probability_of_a_score() -> None:
    rng = np.random.default_rng(1)
    score = rng.random(200_000)
    learnt = calibration_map(count_scores(score, (rng.random(200_000) < score**2).astype(float)))
    middles = (np.arange(1_000) + 0.5) / 1_000
    assert np.abs(learnt.probability - middles**2)[20:-20].max() < 0.05
    assert np.all(np.diff(learnt.probability) > -1e-3)


def test_bins_without_rows_belong_to_the_next_filled_one() -> None:
    learnt = calibration_map(count_scores(np.array([0.2005] * 10 + [0.8005] * 10), np.repeat([0.0, 1.0], 10)))
    assert learnt.block[[0, 200, 201, 800, 999]].tolist() == [0, 0, 1, 1, 1]
    assert learnt.probability[[200, 800]] == pytest.approx([0.5 / 11, 10.5 / 11])
    assert learnt.block_rows[0] == 10


def test_a_reference_without_labels_has_no_map() -> None:
    with pytest.raises(StatisticsError, match="the reference has no label"):
        calibration_map(count_scores(np.array([0.5])))
