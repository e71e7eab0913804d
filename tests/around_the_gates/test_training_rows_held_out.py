"""Around the gates: held-out data that is training data, in whole, in part, under other ids or in other bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.gate_attempts import attempt
from tests.submissions import rows, write_filled, write_rows
from tests.world import World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_filled(tmp_path / "submission")


def hold_out(folder: Path, columns: dict[str, Any]) -> None:
    write_rows(folder / "data" / "held_out.parquet", columns)


def renamed(columns: dict[str, Any], count: int = 600) -> dict[str, Any]:
    """The same rows with ids and times of later days."""
    later = rows(count, day="2013-03-01")
    return {**columns, "prediction_id": later["prediction_id"], "predicted_at": later["predicted_at"]}


def test_data_held_out_honestly_passes_and_says_what_was_compared(world: World, folder: Path) -> None:
    read = attempt(world, folder)["DAT-1"]
    assert "| passed | DAT-1 | data_quality: held-out rows are no training rows, by id |" in read
    assert "none of 600 held-out rows has the prediction id of a training row" in read
    assert "failed" not in read


def test_training_rows_in_other_bytes_are_found_by_id_and_by_content(world: World, folder: Path) -> None:
    training = pq.read_table(folder / "data" / "training.parquet")
    pq.write_table(training, folder / "data" / "held_out.parquet", compression="zstd")
    read = attempt(world, folder)["DAT-1"]
    assert "600 of 600 held-out rows (100.0%) have the prediction id of a training row" in read
    assert "600 of 600 held-out rows (100.0%) have the features and the label of a training row" in read


def test_training_rows_under_other_ids_and_times_are_found_by_content(world: World, folder: Path) -> None:
    hold_out(folder, renamed({**rows(), "temp": rows()["temp"].astype(np.float32)}))
    read = attempt(world, folder)["DAT-1"]
    assert "none of 600 held-out rows has the prediction id of a training row" in read
    assert "| **failed** | DAT-1 | data_quality: held-out rows are no training rows, by content |" in read
    assert "600 of 600 held-out rows (100.0%) have the features and the label of a training row" in read


def test_a_part_of_training_rows_is_reported_as_a_share(world: World, folder: Path) -> None:
    honest, copied = rows(day="2013-03-01", seed=2), rows()
    mixed = {
        name: np.concatenate([np.asarray(copied[name])[:90], np.asarray(honest[name])[90:]])
        for name in ("temp", "carrier", "label", "score")
    }
    hold_out(folder, renamed(mixed))
    read = attempt(world, folder)["DAT-1"]
    assert "90 of 600 held-out rows (15.0%) have the features and the label of a training row" in read
    assert "repeats inside the training data explain up to 4 of them" in read


def test_training_rows_written_twice_do_not_explain_held_out_copies(world: World, folder: Path) -> None:
    once, again = rows(), rows(day="2012-11-01")
    kept = ("temp", "carrier", "label", "score")
    twice = {name: np.concatenate([np.asarray(once[name]), np.asarray(once[name])]) for name in kept}
    ids = {"prediction_id": once["prediction_id"] + again["prediction_id"]}
    moments = np.concatenate([np.asarray(one["predicted_at"]) for one in (once, again)])
    write_rows(folder / "data" / "training.parquet", {**twice, **ids, "predicted_at": moments})
    hold_out(folder, renamed(once))
    read = attempt(world, folder)["DAT-1"]
    assert "600 of 600 held-out rows (100.0%) have the features and the label of a training row" in read
    assert "| **failed** | DAT-1 | data_quality: held-out rows are no training rows, by content |" in read


def test_a_dataset_of_few_distinct_rows_does_not_fail_for_equal_rows(world: World, folder: Path) -> None:
    few = {"temp": np.zeros(600)}
    write_rows(folder / "data" / "training.parquet", {**rows(), **few})
    hold_out(folder, {**rows(day="2013-03-01", seed=2), **few})
    read = attempt(world, folder)["DAT-1"]
    assert "600 of 600 held-out rows (100.0%) have the features and the label of a training row; repeats inside" in read
    assert "failed" not in read
