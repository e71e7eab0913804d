"""A day of the prediction log: its rows, and one clear fault for each kind of error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.errors import LogFormatError
from data.logs.log_fault import LogFaultKind
from data.logs.log_partition import partitions
from data.logs.prediction_log import PredictionDay, consumers_seen, read_day, read_scores, traffic
from data.records.model import ColumnMapping
from tests.prediction_logs import DAY, days, ids_of, midnight, prediction_table, write_partition, write_predictions

COLUMNS = ColumnMapping()


def read(folder: Path, columns: ColumnMapping = COLUMNS) -> PredictionDay:
    (partition,) = partitions(folder, DAY, DAY)
    return read_day(partition, columns)


def test_a_correct_day_is_read_completely_without_fault(tmp_path: Path) -> None:
    write_predictions(tmp_path, DAY, rows=40)
    day = read(tmp_path)
    assert (day.day, len(day.rows), day.faults, day.broken) == (DAY, 40, (), False)


def test_columns_of_other_names_and_types_are_mapped(tmp_path: Path) -> None:
    table = prediction_table(DAY, 3, prediction_id=[7, 8, 9], score=np.float32([0.1, 0.2, 0.3]))
    plain = table.set_column(1, "predicted_at", table["predicted_at"].cast(pa.timestamp("ns")))
    write_partition(tmp_path, DAY, plain.rename_columns(["id", "scored_at", "version", "who", "risk"]))
    names = {"prediction_id": "id", "predicted_at": "scored_at", "model_version": "version", "consumer": "who"}
    day = read(tmp_path, ColumnMapping(**names, score="risk"))
    assert day.faults == ()
    assert day.rows["prediction_id"].to_pylist() == ["7", "8", "9"]
    assert day.rows["predicted_at"][1].as_py() == midnight(DAY) + timedelta(minutes=1)


FAULTS: dict[str, tuple[dict[str, Any], LogFaultKind, str]] = {
    "a mapped column is missing": ({"score": None}, LogFaultKind.MISSING_COLUMN, "score"),
    "a score is text": ({"score": "high"}, LogFaultKind.WRONG_TYPE, "score has type string; expected a number"),
    "an id is a number with a fraction": (
        {"prediction_id": [0.5, 1.5]},
        LogFaultKind.WRONG_TYPE,
        "prediction_id has type double",
    ),
    "a score is NaN": ({"score": [0.1, float("nan")]}, LogFaultKind.BAD_SCORE, "1 of 2"),
    "a score is null": ({"score": [None, 0.1, None]}, LogFaultKind.BAD_SCORE, "2 of 3"),
    "a score is no probability": ({"score": [1.5, -0.1, 0.0, 1.0]}, LogFaultKind.BAD_SCORE, "2 of 4"),
    "every score is null": ({"score": [None, None]}, LogFaultKind.BAD_SCORE, "2 of 2"),
    "two rows have one id": ({"prediction_id": ["a", "b", "a"]}, LogFaultKind.DUPLICATE_ID, "for example 'a'"),
    "a row has no id": ({"prediction_id": ["a", None, ""]}, LogFaultKind.NO_ID, "2 of 3"),
    "a row is of another day": (
        {"predicted_at": [midnight(DAY), midnight(DAY + days(1)), midnight(DAY) - timedelta(microseconds=1)]},
        LogFaultKind.OTHER_DAY,
        "2 of 3",
    ),
    "a row has no time": ({"predicted_at": [midnight(DAY), None]}, LogFaultKind.OTHER_DAY, "1 of 2"),
    "an id is as long as a book": ({"prediction_id": ["a", "b" * 2_000]}, LogFaultKind.TOO_LARGE, "prediction_id"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_is_reported_once_with_its_file(tmp_path: Path, case: str) -> None:
    columns, kind, words = FAULTS[case]
    write_predictions(tmp_path, DAY, **columns)
    (fault,) = read(tmp_path).faults
    assert fault.kind is kind
    assert words in fault.text
    assert fault.text.startswith("date=2013-04-01")
    assert fault.remedy


@pytest.mark.parametrize("case", FAULTS)
def test_read_scores_raises_the_first_fault(tmp_path: Path, case: str) -> None:
    columns, kind, _ = FAULTS[case]
    write_predictions(tmp_path, DAY, **columns)
    with pytest.raises(LogFormatError, match=kind.text):
        read_scores(tmp_path, COLUMNS, (DAY, DAY), "1")


def spoil_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4 : len(content) // 2] = b"\0" * (len(content) // 2 - 4)
    path.write_bytes(bytes(content))


BROKEN: dict[str, Callable[[Path], object]] = {
    "an empty file": lambda path: path.write_bytes(b""),
    "a file that is no Parquet": lambda path: path.write_text("prediction_id,score\n1,0.5\n"),
    "a file cut short": lambda path: path.write_bytes(path.read_bytes()[:-60]),
    "a file whose pages are spoilt": spoil_middle,
    "a folder called like a file": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_unreadable_file_breaks_only_its_own_day(tmp_path: Path, case: str) -> None:
    BROKEN[case](write_predictions(tmp_path, DAY))
    write_predictions(tmp_path, DAY + days(1))
    broken, sound = (read_day(one, COLUMNS) for one in partitions(tmp_path, DAY, DAY + days(1)))
    assert [fault.kind for fault in broken.faults] == [LogFaultKind.UNREADABLE]
    assert (broken.broken, len(broken.rows)) == (True, 0)
    assert (sound.broken, len(sound.rows)) == (False, 100)


def test_one_broken_file_breaks_the_day_and_all_files_are_checked(tmp_path: Path) -> None:
    write_partition(tmp_path, DAY, prediction_table(DAY, score=None), "one")
    write_partition(tmp_path, DAY, prediction_table(DAY, score="high"), "two")
    day = read(tmp_path)
    assert {fault.where: fault.kind for fault in day.faults} == {
        "date=2013-04-01/one.parquet": LogFaultKind.MISSING_COLUMN,
        "date=2013-04-01/two.parquet": LogFaultKind.WRONG_TYPE,
    }
    assert len(day.rows) == 0


def test_an_id_in_two_files_of_a_day_is_a_duplicate(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_partition(tmp_path, DAY, prediction_table(DAY, 10), name)
    day = read(tmp_path)
    assert [fault.kind for fault in day.faults] == [LogFaultKind.DUPLICATE_ID]
    assert (len(day.rows), len(day.distinct)) == (20, 10)


def test_the_earliest_row_of_an_id_is_used_and_rows_without_id_stay(tmp_path: Path) -> None:
    times = [midnight(DAY) + timedelta(hours=hour) for hour in (3, 2, 1, 0)]
    write_predictions(
        tmp_path, DAY, prediction_id=["a", "a", None, None], predicted_at=times, score=[0.3, 0.2, 0.1, 0.0]
    )
    assert read(tmp_path).distinct["score"].to_pylist() == [0.0, 0.1, 0.2]


def test_scores_are_those_of_one_version_on_the_given_days(tmp_path: Path) -> None:
    for offset in range(3):
        write_predictions(tmp_path, DAY + days(offset), model_version=["1", "2"])
    scores = read_scores(tmp_path, COLUMNS, (DAY, DAY + days(1)), "2")
    assert scores.column_names == ["prediction_id", "predicted_at", "score", "consumer"]
    assert scores["prediction_id"].to_pylist() == ["20130401-1", "20130402-1"]


def test_an_id_of_one_version_on_two_days_is_refused(tmp_path: Path) -> None:
    for offset in range(2):
        write_predictions(tmp_path, DAY + days(offset), prediction_id=["a"])
    with pytest.raises(LogFormatError, match="for example 'a'"):
        read_scores(tmp_path, COLUMNS, (DAY, DAY + days(1)), "1")


def test_days_without_a_log_have_no_scores(tmp_path: Path) -> None:
    assert len(read_scores(tmp_path / "nowhere", COLUMNS, (DAY, DAY), "1")) == 0


def test_traffic_is_counted_by_version_and_consumer_with_the_last_time(tmp_path: Path) -> None:
    write_predictions(tmp_path, DAY, consumer=["desk", "desk", None], model_version=["1", "2", "2"])
    write_predictions(tmp_path, DAY + days(1), consumer=["desk"], model_version=["2"])
    seen = consumers_seen(tmp_path, COLUMNS, DAY, DAY + days(1))
    assert [(one.version, one.consumer, one.rows) for one in seen] == [("1", "desk", 1), ("2", "", 1), ("2", "desk", 2)]
    assert seen[2].last_at == datetime(2013, 4, 2, tzinfo=UTC)


def test_traffic_includes_unknown_consumers(tmp_path: Path) -> None:
    write_predictions(tmp_path, DAY, consumer=["desk", None, "desk"], model_version=["1", "1", "2"])
    assert traffic(tmp_path, COLUMNS, "1", DAY, DAY) == {"": 1, "desk": 1}
    assert traffic(tmp_path, COLUMNS, "3", DAY, DAY) == {}


def test_unreadable_traffic_raises_an_error(tmp_path: Path) -> None:
    write_predictions(tmp_path, DAY).write_bytes(b"PAR1")
    with pytest.raises(LogFormatError, match="write the partition again"):
        traffic(tmp_path, COLUMNS, "1", DAY, DAY)


def test_ids_stay_as_logged(tmp_path: Path) -> None:
    write_predictions(tmp_path, DAY, rows=3)
    assert read(tmp_path).rows["prediction_id"].to_pylist() == ids_of(DAY, 3)
