"""The standardised shift is compared with scipy.stats."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import ttest_ind

from data.records.measurement import CannotSay
from monitoring import mean_shift
from monitoring.edge_placement import edges_of_table
from monitoring.profile import Profile
from monitoring.scan import profile_table


@pytest.mark.parametrize(("scale", "offset"), [(1.0, 0.0), (1e-6, 5.0), (3.0, 1e6)])
def test_value_and_p_value_equal_those_of_the_rows(scale: float, offset: float) -> None:
    rng = np.random.default_rng(1)
    old, new = rng.normal(offset, scale, 4_000), rng.normal(offset + 0.1 * scale, 2 * scale, 900)
    edges = edges_of_table(pa.table({"x": old}))
    profiles = [profile_table(pa.table({"x": x}), edges, str(i))[0] for i, x in enumerate((old, new))]
    measured = mean_shift.measure(*profiles, "x")
    assert measured.value == pytest.approx((new.mean() - old.mean()) / old.std(ddof=1), rel=1e-6)
    assert measured.p_value == pytest.approx(ttest_ind(new, old, equal_var=False).pvalue, rel=1e-5)
    assert measured.low < measured.value < measured.high


def test_the_interval_covers_the_true_shift() -> None:
    rng, hits = np.random.default_rng(2), 0
    for _ in range(100):
        old, new = rng.normal(0, 1, 500), rng.normal(0.3, 1, 200)
        edges = edges_of_table(pa.table({"x": old}))
        profiles = [profile_table(pa.table({"x": x}), edges, str(i))[0] for i, x in enumerate((old, new))]
        measured = mean_shift.measure(*profiles, "x")
        hits += measured.low <= 0.3 <= measured.high
    assert hits >= 89


def test_only_finite_values_are_used(reference: Profile, profile_of: Callable, make_log: Callable) -> None:
    endless = profile_of(make_log(100, 1).set_column(0, "delay", pa.array([np.inf] * 100)))
    assert mean_shift.measure(reference, endless, "delay").cannot_say is CannotSay.TOO_FEW_ROWS


def test_a_reference_that_varies_only_by_infinity_cannot_say() -> None:
    table = pa.table({"x": [1.0] * 40 + [np.inf] * 10})
    edges = edges_of_table(table)
    (profile,) = profile_table(table, edges)
    assert mean_shift.measure(profile, profile, "x").cannot_say is CannotSay.CONSTANT_COLUMN
