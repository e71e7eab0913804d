"""The label rate of a window is computed from known labels only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from monitoring import label_rate


def test_only_known_labels_count(make_week: Callable, make_days: Callable) -> None:
    labels = np.concatenate([label for _, label in make_week(5, coverage=0.6).values()])
    measured = label_rate.measure(make_days(5, coverage=0.6), level=0.9)
    assert measured.value == pytest.approx(np.nanmean(labels))
    assert measured.low < measured.value < measured.high
    assert measured.p_value < 1e-4
    assert measured.rows == np.count_nonzero(~np.isnan(labels))
