"""Fixtures of logs, profiles and score histograms for the tests of monitoring."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from monitoring.edge_placement import edges_of_table
from monitoring.edges import Edges
from monitoring.profile import Profile
from monitoring.scan import profile_table
from monitoring.score_days import Days
from monitoring.scores import count_scores

CARRIERS = ("AA", "B6", "DL", "UA", "US")


def log(rows: int, seed: int, shift: float = 0.0, carriers: tuple[str, ...] = CARRIERS) -> pa.Table:
    """A log with a continuous, an integer and a categorical column, each with nulls; the first also has NaN and ±∞."""
    rng = np.random.default_rng(seed)
    delay = rng.normal(10.0 + 5.0 * shift, 5.0, rows)
    delay[rng.random(rows) < 0.01] = np.nan
    delay[rng.random(rows) < 0.002] = np.inf
    delay[rng.random(rows) < 0.001] = -np.inf
    weights = np.arange(len(carriers), 0, -1) / np.arange(len(carriers), 0, -1).sum()
    return pa.table(
        {
            "delay": pa.array(delay, mask=rng.random(rows) < 0.03),
            "hour": pa.array(rng.integers(5, 24, rows), mask=rng.random(rows) < 0.02),
            "carrier": pa.array(rng.choice(carriers, rows, p=weights), mask=rng.random(rows) < 0.01),
        }
    )


@pytest.fixture(scope="session")
def edges() -> Edges:
    """The edges of a reference of 20,000 rows."""
    return edges_of_table(log(20_000, 0))


@pytest.fixture(scope="session")
def profile_of(edges: Edges) -> Callable[..., Profile]:
    """A function that returns the profile of a log on these edges."""

    def of(table: pa.Table, partition: str = "now") -> Profile:
        return profile_table(table, edges, partition)[0]

    return of


@pytest.fixture(scope="session")
def reference(profile_of: Callable[..., Profile]) -> Profile:
    """The profile of the reference."""
    return profile_of(log(20_000, 0), "reference")


@pytest.fixture(scope="session")
def make_log() -> Callable[..., pa.Table]:
    """The function that generates a log."""
    return log


def week(seed: int, rows: int = 400, days: int = 7, coverage: float = 1.0) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Scores and labels (NaN if not known) of calibrated predictions, by day."""
    rng = np.random.default_rng(seed)
    made = {}
    for day in range(days):
        score = rng.beta(2, 4, rows)
        label = (rng.random(rows) < score).astype(np.float64)
        label[rng.random(rows) >= coverage] = np.nan
        made[f"2013-01-{day + 1:02d}"] = (score, label)
    return made


@pytest.fixture(scope="session")
def make_week() -> Callable[..., dict[str, tuple[np.ndarray, np.ndarray]]]:
    """The function that generates the scores and labels of a window."""
    return week


@pytest.fixture(scope="session")
def make_days() -> Callable[..., Days]:
    """A function that returns the score histograms of such a window, by day."""
    return lambda *args, **kwargs: {day: count_scores(*rows) for day, rows in week(*args, **kwargs).items()}
