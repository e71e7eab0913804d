"""Read from the logs whether a version still has traffic after its sunset, and record the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import rfc8785

from data.files.artifacts import ArtifactStore
from data.logs.model_logs import LoggedDay, ModelLogs
from data.queries.retirements import RetirementSnapshot
from data.records.retirement import Retirement
from data.records.retirement_evidence import TrafficDocument
from data.records.run_context import RunContext
from data.registry.commands.retirement import RecordTraffic
from data.registry.registry import Registry
from data.text.counted import counted
from gates.transition import window_days
from tasks.retire.assess_impact import seen_of
from tasks.run.business_time import moment
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import day_words


@dataclass(frozen=True)
class TrafficWindow:
    """The logged days between two midnights `from_at` and `to_at` (UTC); `from_at` may be the sunset."""

    from_at: datetime
    to_at: datetime
    days: tuple[LoggedDay, ...]

    def by_consumer(self, version: str) -> dict[str, int]:
        """Return the rows of a version by consumer name in the log."""
        return {one.consumer: one.rows for one in seen_of(self.days, version)}


@step("check traffic")
def read_traffic(found: RetirementSnapshot, context: RunContext) -> Retirement:
    """Read the logs up to the last complete day and record the traffic; return the retirement after that.

    A version has no traffic when the log has no row for the required days, which are at least as many as the longest
    cadence of a consumer. An unchanged result is not recorded again. Raises LogFormatError for a day that cannot be
    read, because such a day does not show that there was no traffic.
    """
    registry, now = Registry.here(), moment(context.as_of)
    retirement, name = found.retirement, str(found.version.number)
    logs = ModelLogs(registry.home, found.model)
    days = logs.days(retirement.sunset_at.date(), now.date() - timedelta(days=1))
    logs.remember()
    _require_readable(days)
    _name_check(days, retirement, name, now)
    needed = window_days(retirement.quiet_days, found.consumers)
    window = window_to_record(days, retirement, name, _midnight(now.date()), needed)
    if window is None or _is_recorded(retirement, window, name):
        return retirement
    receipt = registry.execute(_command(retirement, window, name, ArtifactStore(registry.home.artifacts)), context)
    return receipt.row(Retirement)


def _name_check(days: Sequence[LoggedDay], retirement: Retirement, version: str, now: datetime) -> None:
    rows = sum(one.rows_of(version) for one in days)
    first, last = retirement.sunset_at, max(retirement.sunset_at, _midnight(now.date()) - timedelta(days=1))
    days_read = f"{day_words(first)} to {day_words(last)}"
    name_step(f"check traffic of {days_read}: {counted(rows, 'prediction')}", retirement=retirement.key)


def window_to_record(
    days: Sequence[LoggedDay], retirement: Retirement, version: str, until: datetime, needed: int
) -> TrafficWindow | None:
    """Return the window without rows if it is long enough, otherwise the window since the sunset if it has rows."""
    begin = retirement.sunset_at
    if until <= begin:
        return None
    busy = [one.day for one in days if one.rows_of(version)]
    quiet_from = max(begin, _midnight(busy[-1] + timedelta(days=1))) if busy else begin
    if until - quiet_from >= timedelta(days=needed):
        return TrafficWindow(quiet_from, until, tuple(one for one in days if _midnight(one.day) >= quiet_from))
    return TrafficWindow(begin, until, tuple(days)) if busy else None


def _is_recorded(retirement: Retirement, window: TrafficWindow, version: str) -> bool:
    rows = sum(window.by_consumer(version).values())
    return (retirement.traffic_to_at, retirement.traffic_rows) == (window.to_at, rows)


def _command(retirement: Retirement, window: TrafficWindow, version: str, store: ArtifactStore) -> RecordTraffic:
    by_consumer = window.by_consumer(version)
    logged = {one.day for one in window.days}
    every = [window.from_at.date() + timedelta(days=n) for n in range((window.to_at - window.from_at).days)]
    document = TrafficDocument(
        version=retirement.subject,
        from_at=window.from_at,
        to_at=window.to_at,
        by_consumer=by_consumer,
        days=tuple((one.day.isoformat(), one.rows_of(version), one.identity) for one in window.days),
        days_without_log=tuple(one.isoformat() for one in every if one not in logged),
    )
    return RecordTraffic(
        key=retirement.key,
        from_at=window.from_at,
        to_at=window.to_at,
        rows=sum(by_consumer.values()),
        by_consumer=by_consumer,
        evidence_digest=store.put(rfc8785.dumps(document.model_dump(mode="json"))),
    )


def _require_readable(days: Sequence[LoggedDay]) -> None:
    for fault in (fault for day in days for fault in day.faults if fault.breaks):
        raise fault.error()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
