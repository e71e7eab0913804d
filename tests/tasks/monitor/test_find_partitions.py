"""Which days a night measures, and which of them are missing."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from data.logs.log_fault import LogFaultKind
from data.logs.model_logs import ModelLogs
from data.queries.monitored_models import MonitoredModel
from data.records.model import MonitoringPlan
from data.records.monitoring import Alert
from monitoring.alert_rule import Window
from tasks.monitor.find_monitored_models import find_monitored_models
from tasks.monitor.find_partitions import days_of, find_partitions, windows_of
from tests.prediction_logs import DAY, days, midnight
from tests.watched_model import WatchedModel
from tests.world import FOUNDED_AT, MODEL

SUNDAY = date(2013, 4, 28)

WINDOWS: dict[str, tuple[date, datetime, Window]] = {
    "the night after, labels lag by their patience": (
        SUNDAY,
        midnight(date(2013, 4, 29)),
        Window(date(2013, 4, 19), date(2013, 4, 25)),
    ),
    "run when the labels had their time, both windows are the same": (
        SUNDAY,
        midnight(date(2013, 5, 2)),
        Window(date(2013, 4, 22), SUNDAY),
    ),
    "run much later, still the same": (SUNDAY, midnight(date(2014, 1, 1)), Window(date(2013, 4, 22), SUNDAY)),
}


@pytest.mark.parametrize("case", WINDOWS)
def test_outcomes_are_measured_on_days_whose_labels_had_their_time(case: str) -> None:
    through, now, outcomes = WINDOWS[case]
    plan = MonitoringPlan.model_construct(window_days=7, label_patience_days=3)
    windows = windows_of(plan, through, now)
    assert windows.inputs == Window(date(2013, 4, 22), SUNDAY)
    assert windows.outcomes == outcomes


def test_a_window_holds_both_its_ends() -> None:
    assert days_of(Window(DAY, DAY + days(2))) == [DAY, DAY + days(1), DAY + days(2)]


def known(watch: WatchedModel) -> MonitoredModel:
    (found,) = find_monitored_models.fn([MODEL], DAY)
    assert found.monitored is not None
    return found.monitored


def test_a_day_on_which_the_model_served_and_nothing_is_logged_is_a_fault(watch: WatchedModel) -> None:
    for offset in (0, 2):
        watch.log_day(DAY + days(offset), {}, 5)
    watched = known(watch)
    logs = ModelLogs(watch.world.home, watched.model)
    window = find_partitions(logs, watched, Window(DAY, DAY + days(2)))
    assert [one.day for one in window.days] == [DAY, DAY + days(2)]
    assert [(fault.kind, fault.where) for fault in window.faults] == [
        (LogFaultKind.MISSING_PARTITION, "date=2013-04-02")
    ]


def test_before_the_model_served_nothing_is_missing(watch: WatchedModel) -> None:
    watched = known(watch)
    first = FOUNDED_AT.date()
    logs = ModelLogs(watch.world.home, watched.model)
    assert find_partitions(logs, watched, Window(first - days(6), first)).faults == ()
    assert len(find_partitions(logs, watched, Window(first, first + days(1))).faults) == 1


def test_a_broken_day_is_named_and_left_out(watch: WatchedModel) -> None:
    watch.log_day(DAY, {}, 5)
    (file,) = watch.predictions.glob("*/*.parquet")
    file.write_bytes(b"spoilt")
    watched = known(watch)
    window = find_partitions(ModelLogs(watch.world.home, watched.model), watched, Window(DAY, DAY))
    assert (window.days, [fault.kind for fault in window.faults]) == ((), [LogFaultKind.UNREADABLE])


def test_what_the_registry_knows_of_a_watched_model(watch: WatchedModel) -> None:
    watched = known(watch)
    assert watched.champion is not None
    assert (watched.champion.key, watched.plan.number, watched.windows) == (watch.version, 3, ())
    assert watch.world.find(Alert) == []
