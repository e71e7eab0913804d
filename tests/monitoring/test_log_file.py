"""A Parquet file is read by our column names, and errors name the file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import LogFormatError
from monitoring.column_kind import ColumnKind
from monitoring.log_file import LogFile


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "day.parquet"
    pq.write_table(pa.table({"dep": [1.5, 2.5, 3.5], "airline": ["AA", "B6", "AA"]}), path, row_group_size=2)
    return path


def test_columns_are_read_by_our_names_and_dictionaries_are_kept(file: Path) -> None:
    log = LogFile(file, {"delay": "dep", "carrier": "airline"})
    assert log.kinds({"delay": None, "carrier": None}) == {
        "delay": ColumnKind.NUMERIC,
        "carrier": ColumnKind.CATEGORICAL,
    }
    assert (log.row_groups, log.rows_of(0), log.rows_of(1)) == (2, 2, 1)
    assert log.read(1, "delay").to_pylist() == [3.5]
    assert pa.types.is_dictionary(log.read(0, "carrier").type)
    assert log.column("carrier").to_pylist() == ["AA", "B6", "AA"]


def test_an_error_without_text_is_reported_by_its_class(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(pq, "read_metadata", fail)
    with pytest.raises(LogFormatError, match="cannot be read as Parquet: OSError") as refused:
        LogFile(file, {})
    assert "write the partition again" in refused.value.remedy
