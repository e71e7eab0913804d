"""The step compares the two datasets of a folder, and its name says how many rows they share."""

from __future__ import annotations

from pathlib import Path

from data.records.version import Overlap
from data.submission.folder import read_model
from tasks.register.compare_datasets import dataset_overlap
from tests.submissions import rows, write_filled, write_rows


def test_rows_shared_by_id_and_by_content_are_counted(tmp_path: Path) -> None:
    folder = write_filled(tmp_path / "submission")
    columns = read_model(folder).mapping
    assert dataset_overlap(folder, columns) == Overlap(ids=0, rows=0, explained=4)
    write_rows(folder / "data" / "held_out.parquet", {**rows(), "temp": rows(seed=3)["temp"]})
    assert dataset_overlap(folder, columns).ids == 600
    write_rows(folder / "data" / "held_out.parquet", rows())
    assert dataset_overlap(folder, columns) == Overlap(ids=600, rows=600, explained=4)
