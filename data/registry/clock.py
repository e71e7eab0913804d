"""Refuses to record events at a time that the other evidence of time contradicts.

Three rules, for the wall clock of this host (business time is separate):

* It must not be behind the last event by more than BACKWARD: the log would show a time at which nothing happened.
* It must not be later than the last event by more than the setting `longest_silence_days`.
* Since the last write in the present boot it must not have gained more than FORWARD on the clock that counts since
  boot, which nobody can set and which also counts while the host sleeps.

A person who checked the clock confirms it with `modelward recover clock`, which records an event.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb

from data.errors import ClockError, InputError
from data.records.instant import read_instant, write_instant
from data.registry.audit_log import Head

BACKWARD = timedelta(minutes=5)
"""Tolerance for a clock that a time server corrects; a one-time code allows less."""
FORWARD = timedelta(days=4)
"""Tolerance for a virtual machine that was paused over a long weekend, in which its clock since boot stood still."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_CONFIRMED: ContextVar[bool] = ContextVar("clock confirmed", default=False)
CONFIRMATIONS = "SELECT body FROM audit_event WHERE type = 'log.recovered' ORDER BY seq DESC"


@dataclass(frozen=True)
class ClockReading:
    """The wall clock in UTC, the id of the present boot (empty where there is none), and the seconds since boot."""

    wall: datetime
    boot: str
    uptime: float


def read_clock() -> ClockReading:
    """Return the present time of this host."""
    boot = _boot_id()
    return ClockReading(datetime.now(UTC), boot, time.clock_gettime(time.CLOCK_BOOTTIME) if boot else 0.0)


class RegistryClock:
    """The clock of a home's registry: `mark` is the file with the reading at the last write."""

    def __init__(self, mark: Path, longest_silence: timedelta) -> None:
        self._mark = mark
        self._longest_silence = longest_silence

    def require_plausible(self, connection: duckdb.DuckDBPyConnection, head: Head) -> None:
        """Raise ClockError when the clock breaks a rule and no person confirmed it. Nothing is written."""
        found = self.fault(connection, head)
        if found is not None and not _CONFIRMED.get():
            raise found

    def fault(self, connection: duckdb.DuckDBPyConnection, head: Head) -> ClockError | None:
        """Return the rule that the clock breaks now, as an error that is not raised; None if it breaks none."""
        if not head.recorded_at:
            return None
        now, last = read_clock(), read_instant(head.recorded_at)
        shown = f"this host's clock says {now.wall:%Y-%m-%d %H:%M:%S} UTC"
        if now.wall < last - BACKWARD:
            if _is_confirmed(connection, head, now.wall):
                return None
            what = f"{shown}, which is {_length(last - now.wall)} before the last event ({head.recorded_at})"
        elif now.wall > last + self._longest_silence:
            limit = f"longest_silence_days is {self._longest_silence.days}"
            what = f"{shown}, which is {_length(now.wall - last)} after the last event ({head.recorded_at}); {limit}"
        elif (gained := self._gained(now)) > FORWARD:
            what = f"{shown}: since the last write it was set forward by {_length(gained)}"
        else:
            return None
        return ClockError(f"{what}; nothing was recorded")

    def remember(self) -> None:
        """Store the present reading. It is evidence only and is not synced; without it one rule does not apply."""
        now = read_clock()
        text = json.dumps({"boot": now.boot, "uptime": now.uptime, "wall": write_instant(now.wall)})
        with suppress(OSError):
            handle = os.open(self._mark, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(handle, text.encode())
            finally:
                os.close(handle)

    def _gained(self, now: ClockReading) -> timedelta:
        """Return what the wall clock gained on the clock since boot; zero without a reading of the present boot."""
        try:
            mark = json.loads(self._mark.read_bytes())
            before, uptime = read_instant(mark["wall"]), float(mark["uptime"])
            same_boot = bool(now.boot) and mark["boot"] == now.boot
        except (OSError, ValueError, KeyError, TypeError, InputError):
            return timedelta(0)
        return now.wall - before - timedelta(seconds=now.uptime - uptime) if same_boot else timedelta(0)


@contextmanager
def confirmed_clock() -> Iterator[None]:
    """Accept the host's clock in the block, in which a person confirms it; also for the migration of an older file."""
    token = _CONFIRMED.set(True)
    try:
        yield
    finally:
        _CONFIRMED.reset(token)


def _is_confirmed(connection: duckdb.DuckDBPyConnection, head: Head, now: datetime) -> bool:
    """Return True if a person confirmed a clock behind the last event, and no event was recorded later since."""
    for (body,) in connection.execute(CONFIRMATIONS).fetchall():
        event = json.loads(body)
        if "clock" in event["data"]:
            confirmed = read_instant(event["data"]["clock"])
            return bool(event["recorded_at"] >= head.recorded_at) and confirmed - BACKWARD <= now
    return False


def _length(span: timedelta) -> str:
    if span >= timedelta(days=2):
        return f"{span.days:,} days"
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60} min"


@cache
def _boot_id() -> str:
    try:
        return BOOT_ID.read_text("ascii").strip() if hasattr(time, "CLOCK_BOOTTIME") else ""
    except OSError:
        return ""
