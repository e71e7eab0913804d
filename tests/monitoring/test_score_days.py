"""A window's days side by side, each in its place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from monitoring.score_days import side_by_side
from monitoring.scores import merge_scores


def test_sums_are_those_of_the_rows_day_by_day(make_week: Callable, make_days: Callable) -> None:
    window = side_by_side(make_days(5, coverage=0.6))
    rows = make_week(5, coverage=0.6).values()
    assert window.all_sums == pytest.approx([score.sum() for score, _ in rows])
    assert window.positives.tolist() == [np.nansum(label) for _, label in rows]
    assert (window.rows, window.known) == (2_800, sum(np.count_nonzero(~np.isnan(y)) for _, y in rows))


def test_days_without_predictions_do_not_count(make_days: Callable) -> None:
    days = make_days(6, days=4)
    assert side_by_side({**days, "2013-02-01": merge_scores()}).days == 4
