"""The child process that reads every row: the decoded content counts, not the footer."""

from __future__ import annotations

import io
import json
import runpy
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.submission import parquet_scan
from data.submission.parquet_scan import answer, decoded_bytes, kinds, scan

KINDS = {
    "a decimal": (pa.decimal128(10, 2), ["numeric", "label"]),
    "a whole number": (pa.int16(), ["numeric", "categorical", "label", "id"]),
    "a truth": (pa.bool_(), ["categorical", "label"]),
    "text": (pa.large_string(), ["categorical", "id"]),
    "a dictionary of text": (pa.dictionary(pa.int32(), pa.string()), ["categorical", "id"]),
    "a dictionary of numbers": (pa.dictionary(pa.int32(), pa.int64()), ["categorical", "id"]),
    "a list": (pa.list_(pa.int8()), []),
}


@pytest.mark.parametrize("type_, serves", KINDS.values(), ids=KINDS)
def test_the_kinds_of_a_type(type_: pa.DataType, serves: list[str]) -> None:
    assert kinds(type_) == serves


def test_a_dictionary_counts_with_its_decoded_bytes() -> None:
    keyed = pa.DictionaryArray.from_arrays(pa.array([0, 0, None], pa.int32()), pa.array(["x" * 1_000]))
    assert decoded_bytes(keyed) == 2_000
    assert decoded_bytes(pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array(["x"]))) == 0
    assert decoded_bytes(pa.array([1, 2], pa.int64())) == 16


def test_the_counts_of_batches_are_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_scan, "BATCH", 2)
    moments = [datetime(2013, 1, day, tzinfo=UTC) for day in (4, 2, 9, 1, 5)]
    ids = pa.array(["a", "b", "a", None, "c"])
    pq.write_table(pa.table({"id": ids, "at": moments}), tmp_path / "f.parquet", row_group_size=3)
    found = scan(tmp_path / "f.parquet", {"prediction_id": "id", "predicted_at": "at"}, 10_000)
    assert (found["from"], found["to"]) == ("2013-01-01T00:00:00.000000Z", "2013-01-09T00:00:00.000000Z")
    assert (found["rows"], found["repeated"], found["example"]) == (5, 1, "a")
    assert found["counts"] == {"prediction_id missing": 1, "predicted_at missing": 0}
    assert scan(tmp_path / "f.parquet", {}, 10)["too large"] in range(11, 100), "stops at the first batch beyond"


def test_scores_and_labels_are_counted(tmp_path: Path) -> None:
    score = [0.0, 1.0, 1.5, -0.1, float("nan"), float("inf"), None]
    pq.write_table(pa.table({"p": score, "y": [0, 1, 2, 1, None, 0, None]}), tmp_path / "f.parquet")
    assert scan(tmp_path / "f.parquet", {"score": "p", "label": "y"}, 10_000)["counts"] == {
        "score missing": 1,
        "score nan": 1,
        "score outside": 3,
        "label missing": 2,
        "label known": 4,
        "label outside": 1,
    }


def test_a_column_without_times_has_no_first_and_last_time(tmp_path: Path) -> None:
    pq.write_table(pa.table({"at": pa.nulls(2, pa.timestamp("ns"))}), tmp_path / "f.parquet")
    found = scan(tmp_path / "f.parquet", {"predicted_at": "at"}, 10_000)
    assert (found["from"], found["to"]) == (None, None)


def test_a_memory_error_is_reported_as_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(path: Path) -> None:
        raise MemoryError

    monkeypatch.setattr(parquet_scan, "footer", exhausted)
    assert answer({"path": "any", "roles": {}, "limit": 7}) == {"too large": 7}


def test_a_column_of_the_wrong_type_is_not_scanned(tmp_path: Path) -> None:
    pq.write_table(pa.table({"score": ["x"]}), tmp_path / "f.parquet")
    found = answer({"path": str(tmp_path / "f.parquet"), "roles": {"score": ["score", "numeric"]}, "limit": 1_000})
    assert found["counts"] == {}
    assert found["columns"] == {"score": "string"}


def test_the_child_process_reads_and_writes_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import resource

    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda which, sizes: limits.append(sizes))
    monkeypatch.delitem(sys.modules, "data.submission.parquet_scan")
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"path": str(tmp_path), "roles": {}, "limit": 1})))
    runpy.run_module("data.submission.parquet_scan", run_name="__main__")
    assert "broken" in json.loads(capsys.readouterr().out)
    assert limits == [(parquet_scan.MEMORY, parquet_scan.MEMORY)]


def test_memory_is_limited_where_the_system_supports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    limits: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda which, sizes: limits.append((which, sizes)))
    parquet_scan.limit_memory(5)
    assert limits == [(resource.RLIMIT_AS, (5, 5))]
    monkeypatch.setitem(sys.modules, "resource", None)
    parquet_scan.limit_memory(6)
    assert len(limits) == 1
