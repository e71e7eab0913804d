"""Determine the windows of a monitoring run and read which days of the log exist, are missing, or have faults."""

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
    """The measured days: `inputs` ends on the requested day, `outcomes` on the last day with mature labels."""

    inputs: Window
    outcomes: Window


@dataclass(frozen=True)
class LoggedWindow:
    """The days of a window that can be measured, and the faults of missing, unreadable and flawed days."""

    days: tuple[LoggedDay, ...]
    faults: tuple[LogFault, ...]


def windows_of(plan: MonitoringPlan, through: date, now: datetime) -> NightWindows:
    """Return the windows of the plan's length that end on the requested day and on the last day with mature labels.

    Labels are mature when `label_patience_days` have passed since their day.
    """
    matured = now.date() - timedelta(days=1 + plan.label_patience_days)
    return NightWindows(
        Window.ending(through, plan.window_days), Window.ending(min(through, matured), plan.window_days)
    )


def find_partitions(logs: ModelLogs, monitored: MonitoredModel, window: Window) -> LoggedWindow:
    """Return the logged days of a window; a day on which the model served but logged nothing is a fault.

    Raises LogFormatError when the log folder itself cannot be interpreted.
    """
    found = logs.days(*window)
    there = {one.day for one in found}
    missing = [day for day in days_of(window) if day not in there and monitored.served_on(day)]
    faults = [fault for one in found for fault in one.faults]
    return LoggedWindow(tuple(one for one in found if not one.broken), (*faults, *map(_missing, missing)))


def days_of(window: Window) -> list[date]:
    """Return every day of a window."""
    return [window.first + timedelta(days=offset) for offset in range((window.last - window.first).days + 1)]


def _missing(day: date) -> LogFault:
    remedy = "add the log of that day to the folder; the next monitoring run of this window reads it"
    return LogFault(LogFaultKind.MISSING_PARTITION, f"date={day}", "the model served, but nothing is logged", remedy)
