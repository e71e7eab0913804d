"""Around the gates: a test is called out-of-time, but its rows are not later than the training rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate_attempts import attempt
from tests.submissions import rows, write_filled, write_rows
from tests.world import World

CASES = {
    "rows of the year before": ("2012-01-01", "its first row is of 2012-01-01 00:00 UTC"),
    "rows of the same days": ("2013-01-01", "its first row is of 2013-01-01 00:00 UTC"),
    "rows that begin with the last training row": ("2013-01-25T23:00", "its first row is of 2013-01-25 23:00 UTC"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_test_on_rows_that_are_not_later_does_not_count_as_out_of_time(
    case: str, world: World, tmp_path: Path
) -> None:
    folder, (day, sentence) = write_filled(tmp_path / "submission"), CASES[case]
    ids = {"prediction_id": rows(day="2013-03-01")["prediction_id"]}
    write_rows(folder / "data" / "held_out.parquet", {**rows(day=day, seed=2), **ids})
    read = attempt(world, folder)["TST-1"]
    assert (
        f"ranks does not count as out-of-time: {sentence}, and the last training row is of 2013-01-25 23:00 UTC" in read
    )
    assert "the tests with a result are of 1 kind; at least 2 are needed" in read
