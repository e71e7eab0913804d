"""Read in the logs whether anybody still asks a version after its sunset, and record what they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import rfc8785

from data.files.artifacts import ArtifactStore
from data.logs.model_logs import LoggedDay, ModelLogs
from data.records.instant import write_instant
from data.records.model import Consumer, Model
from data.records.retirement import Retirement
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.retirement import RecordTraffic
from data.registry.registry import Registry
from data.registry.rules.retirement_party import parties_of
from gates.transition import window_days
from tasks.retire.assess_impact import seen_of
from tasks.run.business_time import moment

FORMAT = "retirement-traffic-1"


@dataclass(frozen=True)
class TrafficWindow:
    """Days from `from_at` to `to_at`, a midnight each (the first may be the sunset), and what they hold."""

    from_at: datetime
    to_at: datetime
    days: tuple[LoggedDay, ...]

    def by_consumer(self, version: str) -> dict[str, int]:
        """Rows of a version by consumer as logged."""
        return {one.consumer: one.rows for one in seen_of(self.days, version)}


def read_traffic(retirement: Retirement, run: RunContext) -> Retirement:
    """The retirement after the logs were read up to the last whole day; nothing new records nothing.

    Quiet is the time since the last day with a row, as long as the slowest consumer's cadence at least. Raises
    LogFormatError for a day that cannot be read: traffic that cannot be read is not none.
    """
    registry, now = Registry.here(), moment(run.as_of)
    with registry.reading() as state:
        model, version = state.need(Model, retirement.model), state.need(Version, retirement.subject)
        systems = {one.system for one in parties_of(state, retirement.key)}
        consumers = [one for one in state.find(Consumer) if one.system in systems]
    logs = ModelLogs(registry.home, model)
    days = logs.days(retirement.sunset_at.date(), now.date() - timedelta(days=1))
    logs.remember()
    _need_sound(days)
    name = str(version.number)
    window = telling(days, retirement, name, _midnight(now.date()), window_days(retirement.quiet_days, consumers))
    if window is None or _stands(retirement, window, name):
        return retirement
    receipt = registry.execute(
        _command(retirement, window, name, ArtifactStore(registry.home.artifacts)),
        run,
    )
    return receipt.row(Retirement)


def telling(
    days: Sequence[LoggedDay], retirement: Retirement, version: str, until: datetime, needed: int
) -> TrafficWindow | None:
    """The window worth recording: a quiet one that is long enough, else all since the sunset when it holds rows."""
    begin = retirement.sunset_at
    if until <= begin:
        return None
    busy = [one.day for one in days if one.rows_of(version)]
    quiet_from = max(begin, _midnight(busy[-1] + timedelta(days=1))) if busy else begin
    if until - quiet_from >= timedelta(days=needed):
        return TrafficWindow(quiet_from, until, tuple(one for one in days if _midnight(one.day) >= quiet_from))
    return TrafficWindow(begin, until, tuple(days)) if busy else None


def _stands(retirement: Retirement, window: TrafficWindow, version: str) -> bool:
    rows = sum(window.by_consumer(version).values())
    return (retirement.traffic_to_at, retirement.traffic_rows) == (window.to_at, rows)


def _command(retirement: Retirement, window: TrafficWindow, version: str, store: ArtifactStore) -> RecordTraffic:
    by_consumer = window.by_consumer(version)
    logged = {one.day for one in window.days}
    every = [window.from_at.date() + timedelta(days=n) for n in range((window.to_at - window.from_at).days)]
    told: dict[str, Any] = {
        "format": FORMAT,
        "version": retirement.subject,
        "from_at": write_instant(window.from_at),
        "to_at": write_instant(window.to_at),
        "by_consumer": by_consumer,
        "days": [[one.day.isoformat(), one.rows_of(version), one.identity] for one in window.days],
        "days_without_log": [one.isoformat() for one in every if one not in logged],
    }
    return RecordTraffic(
        key=retirement.key,
        from_at=window.from_at,
        to_at=window.to_at,
        rows=sum(by_consumer.values()),
        by_consumer=by_consumer,
        evidence_digest=store.put(rfc8785.dumps(told)),
    )


def _need_sound(days: Sequence[LoggedDay]) -> None:
    for fault in (fault for day in days for fault in day.faults if fault.breaks):
        raise fault.error()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
