"""Row hashes: the same row has the same hash, however it is written; another value, label or id has another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.records.model import ColumnMapping, Feature
from data.submission import row_hashes
from data.submission.row_hashes import RowHashes, read_row_hashes

COLUMNS = ColumnMapping(
    features=(Feature(name="temp", kind="numeric"), Feature(name="carrier", kind="categorical")),
)
ROWS: dict[str, Any] = {
    "prediction_id": ["1", "2", "3"],
    "temp": [0.1, None, -0.0],
    "carrier": ["UA", None, ""],
    "label": [0, 1, 1],
    "score": [0.1, 0.2, 0.3],
}


def hashed(folder: Path, **changes: Any) -> RowHashes:
    path = folder / "data.parquet"
    pq.write_table(pa.table({name: value for name, value in {**ROWS, **changes}.items() if value is not None}), path)
    return read_row_hashes(path, COLUMNS)


SAME: dict[str, dict[str, Any]] = {
    "another score": {"score": [0.9, 0.9, 0.9]},
    "a number as a float32": {"temp": pa.array([0.1, None, 0.0], pa.float32())},
    "a missing number as NaN": {"temp": [0.1, float("nan"), 0.0]},
    "text as a dictionary": {"carrier": pa.array(["UA", None, ""]).dictionary_encode()},
    "text of the large kind": {"carrier": pa.array(["UA", None, ""], pa.large_string())},
    "a label as true and false": {"label": [False, True, True]},
    "ids as whole numbers": {"prediction_id": [1, 2, 3]},
}
OTHER: dict[str, dict[str, Any]] = {
    "another number": {"temp": [0.2, 1.0, 0.5]},
    "another text": {"carrier": ["AA", "", None]},
    "another label": {"label": [1, 0, 0]},
    "a number that is infinite as a float32": {"temp": [1e300, 2.0, 3.0]},
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_row_has_the_same_hash(case: str, tmp_path: Path) -> None:
    first, second = hashed(tmp_path), hashed(tmp_path, **SAME[case])
    assert first.contents.tolist() == second.contents.tolist()
    assert first.ids.tolist() == second.ids.tolist()


@pytest.mark.parametrize("case", OTHER)
def test_another_row_has_another_hash(case: str, tmp_path: Path) -> None:
    first, second = hashed(tmp_path), hashed(tmp_path, **OTHER[case])
    assert not set(first.contents.tolist()) & set(second.contents.tolist())


def test_equal_values_in_other_columns_are_other_rows(tmp_path: Path) -> None:
    found = hashed(tmp_path, temp=[0.0, 1.0, 1.0], carrier=["a", "a", "a"], label=[1, 0, 1])
    assert len(set(found.contents.tolist())) == 3


def test_batches_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = hashed(tmp_path)
    monkeypatch.setattr(row_hashes, "BATCH", 2)
    parts = hashed(tmp_path)
    assert np.array_equal(whole.ids, parts.ids)
    assert np.array_equal(whole.contents, parts.contents)


def test_a_feature_that_the_file_lacks_is_left_out(tmp_path: Path) -> None:
    without, other = hashed(tmp_path, carrier=None), hashed(tmp_path)
    assert len(without.contents) == 3
    assert without.contents.tolist() != other.contents.tolist()
