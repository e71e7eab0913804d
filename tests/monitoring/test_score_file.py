"""A score histogram is equal after a round trip through Parquet, and a changed file is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from data.errors import StatisticsError
from monitoring import score_file
from monitoring.scores import ScoreHistogram, count_scores, merge_scores

RNG = np.random.default_rng(3)
FULL = count_scores(
    RNG.random(5_000), RNG.choice([0.0, 1.0, np.nan, 3.0], 5_000), RNG.choice([0.0, 2.0, 40.0, 400.0, -1.0], 5_000)
)


@pytest.mark.parametrize("histogram", [FULL, merge_scores()], ids=["full", "empty"])
def test_a_histogram_is_equal_after_a_round_trip(histogram: ScoreHistogram) -> None:
    assert score_file.from_bytes(score_file.to_bytes(histogram)) == histogram


def test_a_day_of_a_thousand_rows_is_small() -> None:
    day = count_scores(RNG.random(1_000), RNG.integers(0, 2, 1_000).astype(float))
    assert len(score_file.to_bytes(day)) < 30_000


CHANGES: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "one count more": (
        lambda t: t.set_column(3, "count", pc.add(t["count"], 1)),
        "a stored score histogram was changed",
    ),
    "a bin that does not exist": (
        lambda t: t.set_column(2, "bin", pa.array([1_000] * t.num_rows)),
        "a stored score histogram is incomplete or damaged",
    ),
    "a column less": (lambda t: t.drop_columns(["count"]), "incomplete or damaged: KeyError"),
    "no metadata": (lambda t: t.replace_schema_metadata(None), "a stored score histogram is incomplete or damaged"),
    "another format": (
        lambda t: t.replace_schema_metadata({"scores": '{"format":9}'}),
        "has format 9; this modelward reads format 1",
    ),
}


@pytest.mark.parametrize(("change", "says"), CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_table_is_refused(change: Callable[[pa.Table], pa.Table], says: str) -> None:
    with pytest.raises(StatisticsError, match=says):
        score_file.from_table(change(score_file.to_table(FULL)))


def test_bytes_that_are_not_parquet_are_refused() -> None:
    with pytest.raises(StatisticsError, match="cannot be read"):
        score_file.from_bytes(b"")
