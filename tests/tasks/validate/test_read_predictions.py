"""The predictions of a version are read from its packed submission."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.errors import ArtifactError, LogFormatError
from data.records.model import ColumnMapping
from data.records.version import Version
from tasks.validate.read_predictions import read_predictions, submission_folder
from tests.judged_model import V1
from tests.submissions import rows, write_rows
from tests.world import World

COLUMNS = ColumnMapping()


def written(folder: Path, **columns: Any) -> Path:
    write_rows(folder / "data" / "held_out.parquet", {**rows(30), **columns})
    return folder


def test_columns_have_equal_order(tmp_path: Path) -> None:
    found = read_predictions(written(tmp_path), "held-out", COLUMNS)
    assert found.day.dtype == np.dtype("datetime64[D]")
    assert (str(found.day[0]), str(found.day[29])) == ("2013-01-01", "2013-01-02")
    assert len(found.prediction_id) == len(found.label) == len(found.score) == 30
    assert set(found.column("carrier")) <= {"UA", "AA", "B6"}


def test_an_unknown_label_is_nan(tmp_path: Path) -> None:
    label = pa.array([None if number == 3 else number % 2 for number in range(30)], pa.int8())
    found = read_predictions(written(tmp_path, label=label), "held-out", COLUMNS)
    assert np.flatnonzero(np.isnan(found.label)).tolist() == [3]


def test_days_are_utc_days(tmp_path: Path) -> None:
    moments = pa.array([datetime(2013, 1, 1, 23, 30, tzinfo=UTC)] * 30)
    there = moments.cast(pa.timestamp("us", tz="Asia/Tokyo"))
    found = read_predictions(written(tmp_path, predicted_at=there), "held-out", COLUMNS)
    assert {str(one) for one in found.day} == {"2013-01-01"}


def test_a_missing_file_or_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogFormatError, match=r"has no file data/training\.parquet"):
        read_predictions(written(tmp_path), "training", COLUMNS)
    with pytest.raises(LogFormatError, match=r"has no column label; the file has .*score"):
        read_predictions(written(tmp_path, label=None), "held-out", COLUMNS)
    with pytest.raises(LogFormatError, match="slices by column airport, which the dataset does not have"):
        read_predictions(written(tmp_path), "held-out", COLUMNS).column("airport")


UNREADABLE = {
    "a score that is text": {"score": ["high"] * 30},
    "a time that is a number": {"predicted_at": list(range(30))},
}


@pytest.mark.parametrize("columns", UNREADABLE.values(), ids=UNREADABLE)
def test_a_column_of_a_wrong_type_is_refused(tmp_path: Path, columns: dict[str, Any]) -> None:
    with pytest.raises(LogFormatError, match=next(iter(columns))):
        read_predictions(written(tmp_path, **columns), "held-out", COLUMNS)


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "data" / "held_out.parquet").write_bytes(b"not parquet")
    with pytest.raises(LogFormatError, match=r"data/held_out\.parquet cannot be read"):
        read_predictions(tmp_path, "held-out", COLUMNS)


def test_the_unpacked_folder_is_deleted_after_the_block(judged: World) -> None:
    version = judged.get(Version, V1)
    with submission_folder(judged.home, version) as folder:
        assert (folder / "data" / "held_out.parquet").is_file()
    assert not folder.exists()
    unknown = version.model_copy(update={"submission_digest": "sha256:" + "0" * 64})
    with pytest.raises(ArtifactError), submission_folder(judged.home, unknown):
        pass
