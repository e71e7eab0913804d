"""The clock of the host is compared with the last event, with the longest silence, and with the clock since boot."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.audit.merkle import Frontier
from data.errors import ClockError
from data.registry import clock as module
from data.registry.audit_log import Head
from data.registry.clock import ClockReading, RegistryClock, confirmed_clock, read_clock

LAST = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
SILENCE = timedelta(days=400)


def head(recorded_at: str = "2026-11-28T09:00:00.000000Z") -> Head:
    return Head(3, "", Frontier.empty(), "log", "wall", recorded_at)


@pytest.fixture
def log() -> duckdb.DuckDBPyConnection:
    """A log without a confirmation."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE audit_event (seq BIGINT, type VARCHAR, body BLOB)")
    return connection


Set = Callable[..., None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Set the clocks of the host: the wall clock relative to the last event, boot and seconds since boot."""

    def to(wall: timedelta, boot: str = "boot-1", uptime: float = 1_000.0) -> None:
        monkeypatch.setattr(module, "read_clock", lambda: ClockReading(LAST + wall, boot, uptime))

    return to


@pytest.fixture
def clock(tmp_path: Path) -> RegistryClock:
    """A clock without a mark."""
    return RegistryClock(tmp_path / "clock.json", SILENCE)


@pytest.mark.parametrize(
    "wall",
    [timedelta(0), timedelta(minutes=-5), timedelta(days=400)],
    ids=["at the last event", "five minutes before", "at the end of the longest silence"],
)
def test_a_clock_is_accepted(wall: timedelta, at: Set, clock: RegistryClock, log: Any) -> None:
    at(wall)
    clock.require_plausible(log, head())


REFUSED = {
    "six minutes before the last event": (timedelta(minutes=-6), "0 h 6 min before the last event"),
    "years before the last event": (timedelta(days=-1_095), "1,095 days before the last event"),
    "three years after the last event": (timedelta(days=1_095), "1,095 days after the last event"),
}


@pytest.mark.parametrize(("wall", "what"), REFUSED.values(), ids=REFUSED)
def test_a_clock_is_refused(wall: timedelta, what: str, at: Set, clock: RegistryClock, log: Any) -> None:
    at(wall)
    with pytest.raises(ClockError, match=f"{what} .*; nothing was recorded") as refused:
        clock.require_plausible(log, head())
    assert "modelward recover clock" in refused.value.remedy


def test_the_first_event_has_nothing_to_compare_with(at: Set, clock: RegistryClock, log: Any) -> None:
    at(timedelta(days=9_000))
    clock.require_plausible(log, head(""))


def test_a_leap_within_one_boot_is_refused(at: Set, clock: RegistryClock, log: Any) -> None:
    at(timedelta(0), uptime=1_000)
    clock.remember()
    at(timedelta(days=5), uptime=1_060)
    with pytest.raises(ClockError, match="since the last write it was set forward by 4 days"):
        clock.require_plausible(log, head())


NO_LEAP: dict[str, dict[str, Any]] = {
    "the host ran all the time": {"uptime": 1_000 + 5 * 86_400},
    "the host was started again": {"boot": "boot-2", "uptime": 60},
    "the host has no id of its boot": {"boot": "", "uptime": 0},
}


@pytest.mark.parametrize("later", NO_LEAP.values(), ids=NO_LEAP)
def test_five_days_are_no_leap_if(later: dict[str, Any], at: Set, clock: RegistryClock, log: Any) -> None:
    at(timedelta(0), uptime=1_000)
    clock.remember()
    at(timedelta(days=5), **later)
    clock.require_plausible(log, head())


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"wall": "x", "uptime": 1, "boot": "boot-1"}'])
def test_a_damaged_mark_is_no_evidence(content: bytes, tmp_path: Path, at: Set, clock: RegistryClock, log: Any) -> None:
    (tmp_path / "clock.json").write_bytes(content)
    at(timedelta(days=5))
    clock.require_plausible(log, head())


def test_a_mark_that_cannot_be_written_is_left_out(tmp_path: Path, at: Set) -> None:
    at(timedelta(0))
    RegistryClock(tmp_path / "absent" / "clock.json", SILENCE).remember()
    assert list(tmp_path.iterdir()) == []


def test_a_person_who_confirms_the_clock_can_write_with_it(at: Set, clock: RegistryClock, log: Any) -> None:
    at(timedelta(days=1_095))
    with confirmed_clock():
        clock.require_plausible(log, head())
    with pytest.raises(ClockError):
        clock.require_plausible(log, head())


def confirm(log: duckdb.DuckDBPyConnection, seq: int, **data: str) -> None:
    body = json.dumps({"recorded_at": head().recorded_at, "data": data}).encode()
    log.execute("INSERT INTO audit_event VALUES (?, 'log.recovered', ?)", [seq, body])


def test_a_confirmed_clock_behind_the_last_event_is_accepted_until_a_later_event(
    at: Set, clock: RegistryClock, log: Any
) -> None:
    confirm(log, 3, clock="2025-01-01T00:00:00.000000Z")
    confirm(log, 4, file="events.jsonl")
    for wall in (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)):
        at(wall - LAST)
        clock.require_plausible(log, head())
    at(datetime(2024, 12, 1, tzinfo=UTC) - LAST)
    with pytest.raises(ClockError):
        clock.require_plausible(log, head())
    at(datetime(2026, 1, 1, tzinfo=UTC) - LAST)
    with pytest.raises(ClockError):
        clock.require_plausible(log, head("2027-01-01T00:00:00.000000Z"))


def test_only_a_confirmation_of_the_clock_counts(at: Set, clock: RegistryClock, log: Any) -> None:
    confirm(log, 3, file="events.jsonl")
    at(timedelta(days=-10))
    with pytest.raises(ClockError):
        clock.require_plausible(log, head())


def test_the_present_clock_has_the_boot_of_this_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second = read_clock(), read_clock()
    assert (first.boot, first.uptime <= second.uptime) == (second.boot, True)
    monkeypatch.setattr(module, "BOOT_ID", tmp_path / "absent")
    module._boot_id.cache_clear()
    assert (read_clock().boot, read_clock().uptime) == ("", 0.0)
    module._boot_id.cache_clear()
