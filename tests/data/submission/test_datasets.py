"""A dataset is read completely before it is used: the footer is not trusted, and all problems are reported together."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import LogFormatError
from data.files.artifacts import file_digest
from data.records.model import ColumnMapping, Feature
from data.submission import datasets
from data.submission.datasets import read_dataset, read_schema

NOON = datetime(2013, 1, 1, 12, tzinfo=UTC)
MAPPING = ColumnMapping(features=(Feature(name="temp", kind="numeric"), Feature(name="carrier", kind="categorical")))
ROWS: dict[str, Any] = {
    "prediction_id": ["a", "b", "c", "d"],
    "predicted_at": [NOON, NOON, datetime(2013, 1, 3, tzinfo=UTC), NOON],
    "temp": [1.5, None, 3.0, 4.0],
    "carrier": ["UA", "AA", None, "UA"],
    "label": [1, 0, None, 1],
    "score": [0.5, 0.0, 1.0, 0.25],
}


def written(folder: Path, **changed: Any) -> Path:
    rows = {name: values for name, values in {**ROWS, **changed}.items() if values is not None}
    pq.write_table(pa.table(rows), folder / "held_out.parquet")
    return folder / "held_out.parquet"


def test_the_facts_of_a_dataset(tmp_path: Path) -> None:
    path = written(tmp_path)
    facts = read_dataset(path, "held-out", MAPPING)
    assert (facts.role, facts.rows, facts.digest) == ("held-out", 4, file_digest(path))
    assert (facts.from_at, facts.to_at) == (NOON, datetime(2013, 1, 3, tzinfo=UTC))
    assert facts.columns["temp"] == "double"
    assert 0 < facts.decoded_bytes < 10_000


ACCEPTED = {
    "labels as booleans": {"label": [True, False, None, True]},
    "ids as whole numbers": {"prediction_id": [1, 2, 3, 4]},
    "moments without a zone, read as UTC": {"predicted_at": [NOON.replace(tzinfo=None)] * 4},
    "moments as dates": {"predicted_at": [NOON.date()] * 4},
    "categories as a dictionary": {"carrier": pa.array(["x"] * 4).dictionary_encode()},
    "categories as whole numbers": {"carrier": [1, 2, 3, 4]},
    "a column nobody asked for": {"note": ["x"] * 4},
}


@pytest.mark.parametrize("changed", ACCEPTED.values(), ids=ACCEPTED)
def test_a_dataset_is_accepted_with(tmp_path: Path, changed: dict[str, Any]) -> None:
    assert read_dataset(written(tmp_path, **changed), "held-out", MAPPING).rows == 4


REFUSED = {
    "a mapped column is missing": ({"temp": None}, "column temp is missing; the columns are carrier, label"),
    "the score is missing": ({"score": None}, "column score is missing"),
    "a number is text": ({"temp": ["1", "2", "3", "4"]}, "column temp has type string → write a number"),
    "a category is a decimal": ({"carrier": [1.5] * 4}, "column carrier has type double → write text"),
    "the score is text": ({"score": ["high"] * 4}, "column score has type string → write a number"),
    "the moment is text": ({"predicted_at": ["now"] * 4}, "column predicted_at has type string → write a timestamp"),
    "a score is NaN": ({"score": [0.5, float("nan"), 0.5, 0.5]}, "score is NaN in 1 of 4 rows"),
    "a score is missing": ({"score": [0.5, None, None, 0.5]}, "score is missing in 2 of 4 rows"),
    "a score is no probability": ({"score": [0.5, 1.5, float("inf"), -1.0]}, "score is outside 0 to 1 in 3 of 4 rows"),
    "a label is neither 0 nor 1": ({"label": [0, 1, 2, None]}, "label is neither 0 nor 1 in 1 of 4 rows"),
    "no label is known": ({"label": pa.nulls(4, pa.int8())}, "label is empty in every row"),
    "a prediction id repeats": ({"prediction_id": ["a", "a", "b", "a"]}, "repeats in 2 of 4 rows, for example 'a'"),
    "a prediction id is missing": ({"prediction_id": ["a", None, "b", "c"]}, "prediction_id is missing in 1 of 4"),
}


@pytest.mark.parametrize("changed, what", REFUSED.values(), ids=REFUSED)
def test_a_dataset_is_refused_with(tmp_path: Path, changed: dict[str, Any], what: str) -> None:
    with pytest.raises(LogFormatError) as refused:
        read_dataset(written(tmp_path, **changed), "held-out", MAPPING)
    assert refused.value.what.startswith("data/held_out.parquet: ")
    assert what in refused.value.what
    assert refused.value.remedy == "write data/held_out.parquet again with the columns that model.yaml maps"


def test_all_problems_are_reported_together(tmp_path: Path) -> None:
    changed = {"temp": None, "score": [float("nan")] * 4, "prediction_id": ["a"] * 4}
    with pytest.raises(LogFormatError) as refused:
        read_dataset(written(tmp_path, **changed), "held-out", MAPPING)
    assert len(refused.value.what.splitlines()) == 3


def test_a_dataset_without_rows_is_refused(tmp_path: Path) -> None:
    pq.write_table(pq.read_table(written(tmp_path)).slice(0, 0), tmp_path / "held_out.parquet")
    with pytest.raises(LogFormatError, match="has no rows"):
        read_dataset(tmp_path / "held_out.parquet", "held-out", MAPPING)


def test_a_column_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    table = pq.read_table(written(tmp_path))
    pq.write_table(table.append_column("temp", table["temp"]), tmp_path / "held_out.parquet")
    with pytest.raises(LogFormatError, match="column temp occurs twice"):
        read_dataset(tmp_path / "held_out.parquet", "held-out", MAPPING)


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "held_out.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(LogFormatError, match="not readable as Parquet"):
        read_dataset(tmp_path / "held_out.parquet", "held-out", MAPPING)
    with pytest.raises(LogFormatError, match="cannot be read"):
        read_schema(tmp_path / "held_out.parquet")
    with pytest.raises(LogFormatError, match="file not found"):
        read_dataset(tmp_path / "other.parquet", "held-out", MAPPING)


def test_a_small_file_that_decodes_to_too_much_is_refused(tmp_path: Path) -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 4_000, pa.int32()), pa.array(["x" * 100_000]))
    pq.write_table(pa.table({"note": text}), tmp_path / "held_out.parquet", compression="zstd", store_schema=False)
    assert (tmp_path / "held_out.parquet").stat().st_size < 5_000
    with pytest.raises(LogFormatError, match="decodes to more than 50,000,000 bytes"):
        read_dataset(tmp_path / "held_out.parquet", "held-out", MAPPING, limit=50_000_000)


def test_a_crash_or_timeout_of_the_reader_is_reported_for_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    monkeypatch.setattr(datasets, "SECONDS", 0.001)
    with pytest.raises(LogFormatError, match=r"could not be read within 0\.001 s"):
        read_dataset(path, "held-out", MAPPING)
    monkeypatch.setattr(datasets, "SECONDS", 60)
    monkeypatch.setattr(datasets.sys, "executable", "/bin/false")
    with pytest.raises(LogFormatError, match=r"ended with status 1"):
        read_dataset(path, "held-out", MAPPING)


def test_a_schema_has_the_kinds_of_each_column(tmp_path: Path) -> None:
    kinds = read_schema(written(tmp_path))
    assert kinds["temp"] == ("numeric", "label")
    assert kinds["carrier"] == ("categorical", "id")
    assert kinds["predicted_at"] == ("moment",)


def test_a_missing_dataset_names_the_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "training.csv").write_text("a\n1\n")
    with pytest.raises(LogFormatError, match=rf"file not found; {tmp_path.name}/ has training\.csv"):
        read_dataset(tmp_path / "training.parquet", "training", ColumnMapping())


def test_a_schema_of_a_folder_of_part_files_is_refused_with_the_command_that_joins_them(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "part-00000.parquet")
    with pytest.raises(LogFormatError, match="is a folder of 1 part files → `python -c"):
        read_schema(tmp_path)
