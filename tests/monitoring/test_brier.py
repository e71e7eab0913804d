"""The Brier score of a window is compared with that of the rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from monitoring import brier, metrics


def test_value_interval_and_p_value_are_those_of_the_rows(make_week: Callable, make_days: Callable) -> None:
    rows = make_week(4, days=14, coverage=0.7)
    day = np.concatenate([[d] * len(s) for d, (s, _) in rows.items()])
    score, label = (np.concatenate([pair[i] for pair in rows.values()]) for i in (0, 1))
    (raw,) = metrics.recompute(day, label, score, metrics=["brier"], level=0.21)
    counted = brier.measure(make_days(4, days=14, coverage=0.7), level=0.21)
    assert counted.value == pytest.approx(raw.value, abs=5e-10)
    assert (counted.low, counted.high) == pytest.approx((raw.low, raw.high), rel=1e-6)
    assert counted.p_value == pytest.approx(raw.p_value, rel=1e-3)
    assert (counted.rows, counted.coverage) == (raw.rows, raw.coverage)
