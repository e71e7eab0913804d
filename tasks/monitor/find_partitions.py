"""The windows of a night and the days of the log in them: what is there, what is missing, what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.logs.log_fault import LogFault, LogFaultKind
from data.logs.model_logs import LoggedDay, ModelLogs
from data.queries.monitored_models import MonitoredModel
from data.records.model import MonitoringPlan
from monitoring.alert_rule import Window


@dataclass(frozen=True)
class NightWindows:
    """The days measured: `inputs` end on the day asked for, `outcomes` on the last day whose labels had their time."""

    inputs: Window
    outcomes: Window


@dataclass(frozen=True)
class LoggedWindow:
    """The days of a window that can be measured, and the faults of those that cannot or only with a flaw."""

    days: tuple[LoggedDay, ...]
    faults: tuple[LogFault, ...]


def windows_of(plan: MonitoringPlan, through: date, now: datetime) -> NightWindows:
    """The windows of the plan's length: outcomes lag so far that `label_patience_days` passed since their last day."""
    matured = now.date() - timedelta(days=1 + plan.label_patience_days)
    return NightWindows(
        Window.ending(through, plan.window_days), Window.ending(min(through, matured), plan.window_days)
    )


def find_partitions(logs: ModelLogs, watched: MonitoredModel, window: Window) -> LoggedWindow:
    """The days of a window. A day on which the model served and logged nothing is a fault, not an empty day.

    Raises LogFormatError when the folder itself cannot be understood.
    """
    found = logs.days(*window)
    there = {one.day for one in found}
    missing = [day for day in days_of(window) if day not in there and watched.served_on(day)]
    faults = [fault for one in found for fault in one.faults]
    return LoggedWindow(tuple(one for one in found if not one.broken), (*faults, *map(_missing, missing)))


def days_of(window: Window) -> list[date]:
    """Every day of a window."""
    return [window.first + timedelta(days=offset) for offset in range((window.last - window.first).days + 1)]


def _missing(day: date) -> LogFault:
    remedy = "look for the serving code's log of that day; the watch takes it in whenever it comes"
    return LogFault(LogFaultKind.MISSING_PARTITION, f"date={day}", "the model served and nothing is logged", remedy)
