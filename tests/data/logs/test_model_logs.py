"""Both logs of a model with cached summaries: only new partitions are opened, and a late label affects only its own
day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from data.files.home import Home
from data.logs import model_logs
from data.logs.label_join import LabelJoin
from data.logs.log_fault import LogFaultKind
from data.logs.model_logs import LoggedDay, ModelLogs, touching
from data.records.model import ColumnMapping, Model
from tests.prediction_logs import DAY, days, midnight, write_labels, write_predictions

KEY = "models/ops/delay"
NOW = midnight(DAY + days(30))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def join() -> Iterator[LabelJoin]:
    with LabelJoin() as opened:
        yield opened


def logs_of(home: Home) -> ModelLogs:
    return ModelLogs(home, Model.model_construct(key=KEY, columns=ColumnMapping()))


def predict(home: Home, *offsets: int, rows: int = 6) -> None:
    for offset in offsets:
        write_predictions(home.logs(KEY), DAY + days(offset), rows)


def label(home: Home, known: int, predicted: int, rows: int = 6, **columns: object) -> None:
    write_labels(home.labels(KEY), DAY + days(known), DAY + days(predicted), rows, **columns)


def opened_by(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of partitions that are opened from now on."""
    opened: list[str] = []
    for name in ("read_day", "read_label_day"):
        read = getattr(model_logs, name)

        def noted(partition: object, columns: object, read: object = read) -> object:
            opened.append(str(partition.day))  # type: ignore[attr-defined]
            return read(partition, columns)  # type: ignore[operator]

        monkeypatch.setattr(model_logs, name, noted)
    return opened


def test_a_day_has_traffic_by_version_and_consumer(home: Home) -> None:
    predict(home, 0)
    (day,) = logs_of(home).days(DAY, DAY)
    assert (day.day, day.rows, day.rows_of("1"), day.rows_of("2"), day.broken) == (DAY, 6, 6, 0, False)
    assert [(one.version, one.consumer, one.rows) for one in day.traffic] == [("1", "desk", 6)]


def test_a_cached_day_is_not_opened_again_but_a_rewritten_one_is(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home, 0, 1)
    first = logs_of(home)
    before = first.days(DAY, DAY + days(1))
    first.remember()
    opened = opened_by(monkeypatch)
    assert logs_of(home).days(DAY, DAY + days(1)) == before
    assert opened == []
    predict(home, 1, rows=7)
    assert [one.rows for one in logs_of(home).days(DAY, DAY + days(1))] == [6, 7]
    assert opened == ["2013-04-02"]


def test_a_changed_mapping_reads_the_partition_again(home: Home) -> None:
    predict(home, 0)
    logs_of(home).days(DAY, DAY)
    renamed = Model.model_construct(key=KEY, columns=ColumnMapping(score="risk"))
    (day,) = ModelLogs(home, renamed).days(DAY, DAY)
    assert [fault.kind for fault in day.faults] == [LogFaultKind.MISSING_COLUMN]


def places(home: Home, now: datetime = NOW) -> dict[date, list[date]]:
    """Return for each day of predictions the days on which its labels became known."""
    logs = logs_of(home)
    labels = logs.label_partitions(DAY, now)
    found = {one.day: [part.partition.day for part in touching(one, labels)] for one in logs.days(DAY, NOW.date())}
    logs.remember()
    return found


def test_labels_are_assigned_to_the_days_of_their_predictions(home: Home) -> None:
    predict(home, 0, 1, 2)
    label(home, 2, 0, rows=4)
    label(home, 2, 1)
    label(home, 5, 0)
    second, fifth = DAY + days(2), DAY + days(5)
    assert places(home) == {DAY: [second, fifth], DAY + days(1): [second], DAY + days(2): []}


def test_only_new_labels_are_searched_for(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home, 0, 1)
    label(home, 2, 1)
    places(home)
    label(home, 3, 0)
    opened = opened_by(monkeypatch)
    assert places(home)[DAY] == [DAY + days(3)]
    assert opened == ["2013-04-04", "2013-04-02", "2013-04-01"]


def test_label_partitions_of_future_days_are_not_opened(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home, 0)
    label(home, 2, 0)
    opened = opened_by(monkeypatch)
    assert places(home, midnight(DAY + days(2)) - timedelta(microseconds=1)) == {DAY: []}
    assert "2013-04-03" not in opened


def test_labels_without_prediction_are_a_fault_until_the_prediction_is_logged(home: Home) -> None:
    predict(home, 0, 2)
    label(home, 2, 1, rows=3)
    (labels,) = logs_of(home).label_partitions(DAY, NOW)
    assert [fault.kind for fault in labels.faults] == [LogFaultKind.ORPHAN_LABEL]
    assert "3 labels have no logged prediction" in labels.faults[0].text
    predict(home, 1)
    (labels,) = logs_of(home).label_partitions(DAY, NOW)
    assert labels.faults == ()


def test_an_orphan_causes_no_reading_in_later_nights(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home, 0, 1, 2)
    label(home, 2, 0)
    write_labels(home.labels(KEY), DAY + days(2), DAY + days(90), 1)
    places(home)
    opened = opened_by(monkeypatch)
    for night in range(3):
        predict(home, 3 + night)
        label(home, 3 + night, 3 + night)
        assert places(home)[DAY] == [DAY + days(2)]
    fresh = [f"{DAY + days(number)}" for number in (3, 4, 5)]
    assert opened == [each for day in fresh for each in (day, day)], "the new predictions, and the new labels"


def test_a_night_opens_only_the_days_that_it_needs(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home, *range(150), rows=1)
    for number in range(140, 150):
        label(home, number, number, rows=1)
    first = DAY + days(140)

    def night() -> None:
        logs = logs_of(home)
        logs.days(DAY + days(143), DAY + days(149))
        logs.label_partitions(first, midnight(DAY + days(150)))
        logs.remember()

    night()
    looked: list[str] = []
    glob = Path.glob
    monkeypatch.setattr(Path, "glob", lambda self, pattern: (looked.append(self.name), glob(self, pattern))[1])
    night()
    assert {one.removeprefix("date=") for one in looked} == {f"{DAY + days(number)}" for number in range(140, 150)}
    assert len(looked) == 10 + 10, "each day of predictions and of labels once"


def test_an_orphan_is_searched_for_only_in_days_written_later(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home, 0, 2)
    label(home, 2, 0)
    label(home, 2, 1, rows=3)
    assert places(home)[DAY] == [DAY + days(2)]
    predict(home, 1)
    opened = opened_by(monkeypatch)
    assert places(home)[DAY + days(1)] == [DAY + days(2)]
    assert opened == ["2013-04-02"]
    (labels,) = logs_of(home).label_partitions(DAY, NOW)
    assert (labels.faults, labels.places.orphans) == ((), 0)
    assert labels.latest == midnight(DAY + days(2)) + timedelta(hours=12)


def test_labels_of_an_unfinished_day_are_not_reported_as_orphans(home: Home) -> None:
    predict(home, 0)
    label(home, 2, 2)
    (labels,) = logs_of(home).label_partitions(DAY, NOW)
    assert labels.faults == (), "the log does not reach that day yet"
    predict(home, 2, rows=3)
    (labels,) = logs_of(home).label_partitions(DAY, midnight(DAY + days(2)) + timedelta(hours=20))
    assert labels.faults == (), "the day is not over"
    (labels,) = logs_of(home).label_partitions(DAY, NOW)
    assert [fault.kind for fault in labels.faults] == [LogFaultKind.ORPHAN_LABEL]


def test_labels_of_a_broken_day_are_not_reported_as_orphans(home: Home) -> None:
    predict(home, 0, 2)
    write_predictions(home.logs(KEY), DAY + days(1)).write_bytes(b"spoilt")
    label(home, 2, 1)
    (labels,) = logs_of(home).label_partitions(DAY, NOW)
    assert labels.faults == ()
    assert logs_of(home).days(DAY, NOW.date())[1].broken


def labelled(home: Home, join: LabelJoin, now: datetime = NOW) -> int:
    logs = logs_of(home)
    (day,) = logs.days(DAY, DAY)
    about = tuple(touching(day, logs.label_partitions(DAY, now)))
    return logs.label_day(day, about, now, join).labelled


def test_a_day_is_joined_with_the_labels_known_at_the_moment(home: Home, join: LabelJoin) -> None:
    predict(home, 0)
    assert labelled(home, join) == 0
    label(home, 1, 0, rows=2)
    label(home, 9, 0)
    assert labelled(home, join, midnight(DAY + days(1))) == 0
    assert labelled(home, join, midnight(DAY + days(5))) == 2
    assert labelled(home, join) == 6


def test_a_mark_contains_the_moment_while_some_labels_are_in_the_future(home: Home) -> None:
    predict(home, 0)
    noon, known = midnight(DAY + days(1)) + timedelta(hours=12), DAY + days(1)
    label(home, 1, 0, labelled_at=[noon] * 6)
    (labels,) = logs_of(home).label_partitions(DAY, midnight(known))
    assert labels.mark(noon) == labels.identity
    assert labels.mark(midnight(known)) == f"{labels.identity}@2013-04-02T00:00:00.000000Z"


def test_a_partition_without_usable_labels_has_no_latest_time(home: Home) -> None:
    predict(home, 0)
    label(home, 1, 0, label=[None] * 6)
    (labels,) = logs_of(home).label_partitions(DAY, NOW)
    assert labels.latest is None
    assert labels.mark(NOW) == labels.identity


def test_days_beyond_the_memory_limit_are_read_each_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home, 0)
    monkeypatch.setattr(model_logs, "ROWS_IN_MEMORY", 3)
    logs = logs_of(home)
    (day,) = logs.days(DAY, DAY)
    opened = opened_by(monkeypatch)
    assert [len(logs.read(day).rows) for _ in range(2)] == [6, 6]
    assert len(opened) == 2


def test_small_days_stay_in_memory(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home, 0)
    logs = logs_of(home)
    (day,) = logs.days(DAY, DAY)
    opened = opened_by(monkeypatch)
    assert isinstance(day, LoggedDay)
    assert len(logs.read(day).rows) == 6
    assert opened == []
