"""A day of the label log: the labels that became known on it, and at most those known at a given moment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.logs.label_log import LabelDay, read_label_day
from data.logs.log_fault import LogFaultKind
from data.logs.log_partition import partitions
from data.records.model import ColumnMapping
from tests.prediction_logs import DAY, days, label_table, midnight, write_labels, write_partition

KNOWN = DAY + days(1)


def read(folder: Path, columns: ColumnMapping | None = None) -> LabelDay:
    (partition,) = partitions(folder, KNOWN, KNOWN)
    return read_label_day(partition, columns or ColumnMapping())


def test_a_day_without_faults_is_read_completely(tmp_path: Path) -> None:
    write_labels(tmp_path, KNOWN, DAY, 6)
    day = read(tmp_path)
    assert day.faults == ()
    assert day.rows["label"].to_pylist() == [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]


def test_booleans_are_labels_and_column_names_are_mapped(tmp_path: Path) -> None:
    table = label_table(KNOWN, DAY, 2, label=[True, False]).rename_columns(["id", "late", "landed_at"])
    write_partition(tmp_path, KNOWN, table)
    day = read(tmp_path, ColumnMapping(prediction_id="id", label="late", labelled_at="landed_at"))
    assert day.rows["label"].to_pylist() == [1.0, 0.0]


NOON = midnight(KNOWN) + timedelta(hours=12)


def test_labels_after_the_given_moment_are_left_out(tmp_path: Path) -> None:
    hours = [0, 12, 13]
    write_labels(tmp_path, KNOWN, DAY, 3, labelled_at=[midnight(KNOWN) + timedelta(hours=hour) for hour in hours])
    day = read(tmp_path)
    assert [len(day.known_at(NOON + timedelta(microseconds=late))) for late in (-1, 0, 3_600_000_000)] == [1, 2, 3]


FAULTS: dict[str, tuple[dict[str, Any], LogFaultKind, int]] = {
    "a label is neither 0 nor 1": ({"label": [0, 1, 2]}, LogFaultKind.BAD_LABEL, 2),
    "a label is null": ({"label": [0, None, 1]}, LogFaultKind.BAD_LABEL, 2),
    "a label is NaN": ({"label": [0.0, float("nan"), 1.0]}, LogFaultKind.BAD_LABEL, 2),
    "a row has no id": ({"prediction_id": ["a", None, ""]}, LogFaultKind.NO_ID, 1),
    "the label column is missing": ({"label": None}, LogFaultKind.MISSING_COLUMN, 0),
    "a label is text": ({"label": ["yes", "no", "no"]}, LogFaultKind.WRONG_TYPE, 0),
    "a label of another day": ({"labelled_at": [NOON, NOON, NOON + timedelta(days=1)]}, LogFaultKind.OTHER_DAY, 0),
    "a label without a time": ({"labelled_at": [NOON, None, NOON]}, LogFaultKind.OTHER_DAY, 0),
}


@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_is_reported_once_and_the_other_rows_are_used(tmp_path: Path, case: str) -> None:
    columns, kind, left = FAULTS[case]
    write_labels(tmp_path, KNOWN, DAY, 3, **columns)
    day = read(tmp_path)
    (fault,) = day.faults
    assert (fault.kind, len(day.rows), day.broken) == (kind, left, left == 0)
    assert fault.where == "date=2013-04-02/of-2013-04-01.parquet"
