"""Which days a monitoring run measures, and which of them are missing."""

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
from tests.monitored_model import ServingModel
from tests.prediction_logs import DAY, days, midnight
from tests.world import FOUNDED_AT, MODEL

SUNDAY = date(2013, 4, 28)

WINDOWS: dict[str, tuple[date, datetime, Window]] = {
    "the next night": (
        SUNDAY,
        midnight(date(2013, 4, 29)),
        Window(date(2013, 4, 19), date(2013, 4, 25)),
    ),
    "when the labels are mature, both windows are equal": (
        SUNDAY,
        midnight(date(2013, 5, 2)),
        Window(date(2013, 4, 22), SUNDAY),
    ),
    "much later": (SUNDAY, midnight(date(2014, 1, 1)), Window(date(2013, 4, 22), SUNDAY)),
}


@pytest.mark.parametrize("case", WINDOWS)
def test_outcomes_are_measured_on_days_with_mature_labels(case: str) -> None:
    through, now, outcomes = WINDOWS[case]
    plan = MonitoringPlan.model_construct(window_days=7, label_patience_days=3)
    windows = windows_of(plan, through, now)
    assert windows.inputs == Window(date(2013, 4, 22), SUNDAY)
    assert windows.outcomes == outcomes


def test_a_window_includes_its_first_and_last_day() -> None:
    assert days_of(Window(DAY, DAY + days(2))) == [DAY, DAY + days(1), DAY + days(2)]


def known(monitored: ServingModel) -> MonitoredModel:
    (found,) = find_monitored_models.fn([MODEL], DAY)
    assert found.monitored is not None
    return found.monitored


def test_a_served_day_without_a_log_is_a_fault(monitored: ServingModel) -> None:
    for offset in (0, 2):
        monitored.log_day(DAY + days(offset), {}, 5)
    watched = known(monitored)
    logs = ModelLogs(monitored.world.home, watched.model)
    window = find_partitions(logs, watched, Window(DAY, DAY + days(2)))
    assert [one.day for one in window.days] == [DAY, DAY + days(2)]
    assert [(fault.kind, fault.where) for fault in window.faults] == [
        (LogFaultKind.MISSING_PARTITION, "date=2013-04-02")
    ]


def test_a_day_before_the_model_served_is_not_missing(monitored: ServingModel) -> None:
    watched = known(monitored)
    first = FOUNDED_AT.date()
    logs = ModelLogs(monitored.world.home, watched.model)
    assert find_partitions(logs, watched, Window(first - days(6), first)).faults == ()
    assert len(find_partitions(logs, watched, Window(first, first + days(1))).faults) == 1


def test_an_unreadable_day_is_a_fault_and_is_not_measured(monitored: ServingModel) -> None:
    monitored.log_day(DAY, {}, 5)
    (file,) = monitored.predictions.glob("*/*.parquet")
    file.write_bytes(b"spoilt")
    watched = known(monitored)
    window = find_partitions(ModelLogs(monitored.world.home, watched.model), watched, Window(DAY, DAY))
    assert (window.days, [fault.kind for fault in window.faults]) == ((), [LogFaultKind.UNREADABLE])


def test_served_on_gives_the_days_on_which_the_model_served(monitored: ServingModel) -> None:
    watched = known(monitored)
    assert watched.champion is not None
    assert (watched.champion.key, watched.plan.number, watched.windows) == (monitored.version, 3, ())
    assert monitored.world.find(Alert) == []
