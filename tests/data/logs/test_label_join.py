"""Labels are joined to predictions by id; contradicting and repeated labels are reported as faults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from data.logs import label_log, prediction_log
from data.logs.label_join import LabelJoin
from data.logs.log_fault import LogFaultKind
from tests.prediction_logs import DAY, days, label_table, midnight, prediction_table

PREDICTIONS = prediction_table(DAY, prediction_id=["a", "b", "c"], score=[0.1, 0.2, 0.3]).cast(prediction_log.SCHEMA)


@pytest.fixture
def join() -> Iterator[LabelJoin]:
    with LabelJoin() as opened:
        yield opened


def labelled(*labels: tuple[str, int], **columns: Any) -> pa.Table:
    ids, values = ([one[place] for one in labels] for place in (0, 1))
    return label_table(DAY + days(2), DAY, len(ids), prediction_id=ids, label=values, **columns).cast(label_log.SCHEMA)


JOINED: dict[str, tuple[pa.Table, dict[str, float | None], list[LogFaultKind]]] = {
    "no label yet": (labelled(("z", 1)), {"a": None, "b": None, "c": None}, []),
    "some labels": (labelled(("a", 1), ("c", 0)), {"a": 1.0, "b": None, "c": 0.0}, []),
    "a label written twice": (
        labelled(("a", 1), ("a", 1)),
        {"a": 1.0, "b": None, "c": None},
        [LogFaultKind.REPEATED_LABEL],
    ),
    "labels that contradict each other": (
        labelled(("a", 1), ("a", 0), ("b", 1)),
        {"a": None, "b": 1.0, "c": None},
        [LogFaultKind.CONTRADICTING_LABEL],
    ),
    "both": (
        labelled(("a", 1), ("a", 0), ("b", 1), ("b", 1)),
        {"a": None, "b": 1.0, "c": None},
        [LogFaultKind.CONTRADICTING_LABEL, LogFaultKind.REPEATED_LABEL],
    ),
}


@pytest.mark.parametrize("case", JOINED)
def test_a_prediction_gets_a_label_only_if_all_its_labels_are_equal(join: LabelJoin, case: str) -> None:
    labels, expected, faults = JOINED[case]
    day = join.label("date=2013-04-01", PREDICTIONS, labels)
    rows = day.rows.sort_by("prediction_id")
    assert dict(zip(rows["prediction_id"].to_pylist(), rows["label"].to_pylist(), strict=True)) == expected
    assert [fault.kind for fault in day.faults] == faults
    assert day.labelled == sum(label is not None for label in expected.values())


def test_a_fault_has_the_day_and_the_same_example_each_time(join: LabelJoin) -> None:
    labels = labelled(("b", 1), ("b", 0), ("a", 0), ("a", 1))
    (fault,) = join.label("date=2013-04-01", PREDICTIONS, labels).faults
    assert fault.text.startswith("date=2013-04-01: contradicting labels: 2 predictions")
    assert "for example 'a'" in fault.text


def test_the_age_is_that_of_the_earliest_label(join: LabelJoin) -> None:
    times = [midnight(DAY) + timedelta(days=3), midnight(DAY) + timedelta(days=1, hours=12)]
    day = join.label("", PREDICTIONS, labelled(("a", 1), ("a", 1), labelled_at=times))
    assert day.rows.sort_by("prediction_id")["age_days"].to_pylist() == [1.5, None, None]


def test_a_day_without_predictions_has_no_labels(join: LabelJoin) -> None:
    assert len(join.label("", PREDICTIONS.slice(0, 0), labelled(("a", 1))).rows) == 0


def test_the_join_cannot_read_files_or_the_network(join: LabelJoin) -> None:
    with pytest.raises(duckdb.PermissionException):
        join._connection.execute("SELECT * FROM read_text('/etc/hostname')")
    with pytest.raises(duckdb.CatalogException):
        join._connection.execute("SELECT * FROM predictions")
