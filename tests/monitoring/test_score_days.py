"""The arrays of the days of a window have the sums of each day."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from monitoring.score_days import stack_days
from monitoring.scores import merge_scores


def test_the_sums_of_each_day_equal_those_of_its_rows(make_week: Callable, make_days: Callable) -> None:
    window = stack_days(make_days(5, coverage=0.6))
    rows = make_week(5, coverage=0.6).values()
    assert window.all_sums == pytest.approx([score.sum() for score, _ in rows])
    assert window.positives.tolist() == [np.nansum(label) for _, label in rows]
    assert (window.rows, window.known) == (2_800, sum(np.count_nonzero(~np.isnan(y)) for _, y in rows))


def test_days_without_predictions_are_left_out(make_days: Callable) -> None:
    days = make_days(6, days=4)
    assert stack_days({**days, "2013-02-01": merge_scores()}).days == 4
