"""Scores are joined to labels day by day: a late label changes only its own day, and none counts before its time."""

from __future__ import annotations

import pytest

from data.files.home import Home
from data.logs.label_join import LabelJoin
from data.logs.log_fault import LogFaultKind
from data.logs.model_logs import ModelLogs
from data.records.model import ColumnMapping, Model
from tasks.monitor import join_labels as module
from tasks.monitor.join_labels import LabelCounts, join_labels
from tests.prediction_logs import DAY, days, midnight, write_labels, write_predictions

KEY = "models/ops/delay"
NOW = midnight(DAY + days(30))


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    for offset in range(3):
        write_predictions(home.logs(KEY), DAY + days(offset), 60)
    return home


def label(home: Home, known: int, predicted: int, rows: int = 60, **columns: object) -> None:
    write_labels(home.labels(KEY), DAY + days(known), DAY + days(predicted), rows, **columns)


def join(home: Home, now: object = NOW, version: str = "1") -> LabelCounts:
    logs = ModelLogs(home, Model.model_construct(key=KEY, columns=ColumnMapping()))
    with LabelJoin() as opened:
        return join_labels(logs, logs.days(DAY, DAY + days(2)), version, now, opened)  # type: ignore[arg-type]


def known(labelled: LabelCounts) -> list[int]:
    return [one.known for one in labelled.days.values()]


def test_each_day_has_a_histogram_with_the_known_labels(home: Home) -> None:
    label(home, 1, 0)
    label(home, 2, 1, rows=20)
    labelled = join(home)
    assert list(labelled.days) == ["2013-04-01", "2013-04-02", "2013-04-03"]
    assert (known(labelled), labelled.known, labelled.faults) == ([60, 20, 0], 80, ())
    assert [one.rows for one in labelled.days.values()] == [60, 60, 60]


def test_a_later_label_is_not_known_earlier(home: Home) -> None:
    label(home, 1, 0)
    label(home, 9, 1)
    assert known(join(home, midnight(DAY + days(5)))) == [60, 0, 0]
    assert known(join(home)) == [60, 60, 0]
    assert known(join(home, midnight(DAY + days(5)))) == [60, 0, 0]


def test_labels_of_the_present_day_count_up_to_now(home: Home) -> None:
    noon = [midnight(DAY + days(1)).replace(hour=hour) for hour in (6, 12, 18) for _ in range(20)]
    label(home, 1, 0, labelled_at=noon)
    seen = [known(join(home, midnight(DAY + days(1)).replace(hour=hour)))[0] for hour in (5, 7, 13, 19)]
    assert seen == [0, 20, 40, 60]


def test_a_late_label_changes_only_its_own_day(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    label(home, 1, 0)
    label(home, 2, 1)
    label(home, 3, 2)
    before = join(home)
    counted: list[int] = []
    count = module._counted

    def noted(joined: object, version: str) -> object:
        counted.append(len(joined.rows))  # type: ignore[attr-defined]
        return count(joined, version)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_counted", noted)
    assert join(home) == before
    assert counted == []
    label(home, 20, 1, rows=1)
    after = join(home)
    assert len(counted) == 1
    assert [after.days[day] == before.days[day] for day in before.days] == [True, True, True]
    assert [fault.kind for fault in after.faults] == [LogFaultKind.REPEATED_LABEL]


def test_label_faults_are_read_from_the_cache(home: Home) -> None:
    label(home, 1, 0)
    label(home, 5, 0, label=[1 - int(number % 3 == 0) for number in range(60)])
    write_predictions(home.logs(KEY), DAY + days(6), 5)
    label(home, 6, 0, prediction_id=[f"nobody-{number}" for number in range(60)])
    first = join(home)
    assert [fault.kind for fault in first.faults] == [LogFaultKind.ORPHAN_LABEL, LogFaultKind.CONTRADICTING_LABEL]
    assert known(first) == [0, 0, 0]
    assert join(home) == first


def test_a_label_before_its_prediction_is_a_fault_and_not_counted(home: Home) -> None:
    label(home, 1, 1, labelled_at=[midnight(DAY + days(1))] * 60)
    labelled = join(home)
    assert [(fault.kind, fault.where) for fault in labelled.faults] == [(LogFaultKind.EARLY_LABEL, "date=2013-04-02")]
    assert known(labelled)[1] == 1


def test_versions_are_counted_separately(home: Home) -> None:
    write_predictions(home.logs(KEY), DAY, 60, model_version=["1", "2", "2"] * 20)
    label(home, 1, 0)
    assert [join(home, version=name).days["2013-04-01"].known for name in ("1", "2", "3")] == [20, 40, 0]


def test_a_damaged_cache_entry_is_counted_again(home: Home) -> None:
    label(home, 1, 0)
    first = join(home)
    for entry in home.profiles.rglob("*"):
        if entry.is_file() and entry.read_bytes()[:4] == b"PAR1":
            entry.write_bytes(b"damaged")
    assert join(home) == first


def test_no_days_give_no_labels(home: Home) -> None:
    logs = ModelLogs(home, Model.model_construct(key=KEY, columns=ColumnMapping()))
    assert join_labels(logs, (), "1", NOW, LabelJoin()) == LabelCounts({}, ())
