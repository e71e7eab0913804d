"""The AUC from the histogram is compared with the exact AUC of the rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring import auc, metrics
from monitoring.scores import count_scores

ROWS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=30, max_size=60)


@given(ROWS)
def test_the_exact_auc_lies_within_the_stated_uncertainty(rows: list[tuple[float, int]]) -> None:
    score, label = np.array(rows).T
    days = {"d": count_scores(score, label)}
    measured = auc.measure(days)
    if measured.cannot_say is None:
        assert abs(measured.value - metrics.auc(label, score)) <= auc.uncertainty(days) + 1e-12


def test_uncertainty_is_small_if_scores_differ(make_week: Callable, make_days: Callable) -> None:
    rows = list(make_week(1).values())
    exact = metrics.auc(np.concatenate([y for _, y in rows]), np.concatenate([s for s, _ in rows]))
    assert auc.measure(make_days(1)).value == pytest.approx(exact, abs=auc.uncertainty(make_days(1)))
    assert auc.uncertainty(make_days(1)) < 1e-3


def test_the_uncertainty_is_0_with_one_class() -> None:
    assert auc.uncertainty({"d": count_scores(np.full(40, 0.5), np.ones(40))}) == 0.0


def test_interval_and_p_value_agree_with_the_raw_rows(make_week: Callable, make_days: Callable) -> None:
    rows = make_week(2, days=20)
    day = np.concatenate([[d] * len(s) for d, (s, _) in rows.items()])
    score, label = (np.concatenate([pair[i] for pair in rows.values()]) for i in (0, 1))
    (raw,) = metrics.recompute(day, label, score, metrics=["auc"], level=0.7)
    counted = auc.measure(make_days(2, days=20), level=0.7)
    assert (counted.low, counted.high) == (pytest.approx(raw.low, abs=1e-3), pytest.approx(raw.high, abs=1e-3))
    assert counted.p_value == pytest.approx(raw.p_value, rel=0.2)
