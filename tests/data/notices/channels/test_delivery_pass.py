"""A delivery pass: everything due once, nothing twice, and no channel holds up another."""

from __future__ import annotations

import fcntl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import DeliveryError
from data.notices.channels.channel import Channel
from data.notices.channels.delivery import DeliveryRecords
from data.notices.channels.delivery_pass import delivery_pass, wall_clock
from data.notices.outbox import Notice, Outbox, QueuedNotice

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
WEEK = 7


@dataclass
class Noted:
    """A channel that notes the receivers of what it delivers, and fails as it is configured."""

    name: str = "noted"
    breaks: list[Exception] = field(default_factory=list)
    only: str = ""
    receivers: list[str] = field(default_factory=list)
    former_name: str = ""

    def reaches(self, notice: Notice) -> bool:
        return self.only in ("", notice.to)

    def deliver(self, queued: QueuedNotice) -> None:
        if self.breaks:
            raise self.breaks.pop(0)
        self.receivers.append(queued.notice.to)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """Two notices, an hour old."""
    box = Outbox(tmp_path / "outbox")
    for minutes, to in ((60, "alma"), (59, "axel")):
        left_at = NOW - timedelta(minutes=minutes)
        box.put(Notice(kind="approval", to=to, about="x", title="decide", text="now"), left_at)
    return box


def states(outbox: Outbox, channels: list[Channel], now: datetime = NOW, **changes: Any) -> list[str]:
    return [one.attempts.state for one in delivery_pass(outbox, channels, WEEK, now, **changes).deliveries]


def test_every_notice_is_carried_once_by_every_channel(outbox: Outbox) -> None:
    first, second = Noted("first"), Noted("second")
    assert states(outbox, [first, second]) == ["delivered"] * 4
    assert states(outbox, [first, second], NOW + timedelta(days=1)) == []
    assert first.receivers == second.receivers == ["alma", "axel"]


def test_one_that_fails_is_tried_again_and_stops_no_other(outbox: Outbox) -> None:
    broken, whole = Noted("broken", [DeliveryError("down"), RuntimeError("token hunter2")]), Noted("whole")
    assert states(outbox, [broken, whole]) == ["waiting", "delivered"] * 2
    assert states(outbox, [broken, whole], NOW + timedelta(seconds=59)) == []
    record = DeliveryRecords(outbox.root).read(outbox.queued_notices()[1].delivery)["broken"]
    assert record.error == "broken failed: RuntimeError", "the words of a library may hold a secret"
    assert states(outbox, [broken, whole], NOW + timedelta(seconds=60)) == ["delivered"] * 2


def test_at_once_does_not_wait_for_the_next_time(outbox: Outbox) -> None:
    broken = Noted(breaks=[DeliveryError("down"), DeliveryError("down")])
    assert states(outbox, [broken]) == ["waiting"] * 2
    assert states(outbox, [broken], NOW + timedelta(seconds=1), at_once=True) == ["delivered"] * 2


def test_after_its_days_it_is_given_up_and_stays_so(outbox: Outbox) -> None:
    broken = Noted(breaks=[DeliveryError("down")] * 99)
    later, seen = NOW, []
    for _ in range(40):
        seen += states(outbox, [broken], later)
        later += timedelta(hours=6)
    assert seen.count("given up") == 2
    assert states(outbox, [Noted()], later) == [], "and nothing that old is begun"


def test_who_cannot_be_reached_is_not_tried(outbox: Outbox) -> None:
    channel = Noted(only="axel")
    assert states(outbox, [channel]) == ["delivered"]
    assert channel.receivers == ["axel"]


def test_what_somebody_else_carries_at_the_moment_is_left_alone_and_the_rest_is_not(outbox: Outbox) -> None:
    first, _ = sorted(outbox.root.glob("*.json"))
    channel = Noted()
    with first.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert states(outbox, [channel]) == ["delivered"]
    assert states(outbox, [channel]) == ["delivered"]
    assert channel.receivers == ["axel", "alma"]


def test_a_notice_that_is_gone_by_its_turn_stops_nothing(outbox: Outbox) -> None:
    _, second = sorted(outbox.root.glob("*.json"))

    class Clumsy(Noted):
        def deliver(self, queued: QueuedNotice) -> None:
            second.unlink()

    assert states(outbox, [Clumsy()]) == ["delivered"]


def test_a_file_that_is_no_notice_is_reported_and_stops_nothing(outbox: Outbox) -> None:
    (outbox.root / "20260501T085900000000Z-broken.json").write_text("{}")
    done = delivery_pass(outbox, [Noted()], WEEK, NOW)
    assert [one.attempts.state for one in done.deliveries] == ["delivered"] * 2
    assert done.unreadable == ("20260501T085900000000Z-broken.json",)


def test_of_some_notices_alone_no_other_is_carried(outbox: Outbox) -> None:
    channel, axel = Noted(), outbox.notices()[1]
    assert states(outbox, [channel], of=[axel]) == ["delivered"]
    assert channel.receivers == ["axel"]
    assert states(outbox, [channel], of=[]) == []


def test_a_channel_that_took_long_to_fail_is_not_asked_again_in_the_same_pass(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.notices.channels.delivery_pass.SLOW_SECONDS", 0.0)
    broken, whole = Noted("broken", [DeliveryError("down")] * 2), Noted("whole")
    assert states(outbox, [broken, whole]) == ["waiting", "delivered"] * 2
    assert len(broken.breaks) == 1
    first, second = (DeliveryRecords(outbox.root).read(one.delivery)["broken"] for one in outbox.queued_notices())
    assert (first.attempts, first.error) == (1, "down")
    assert (second.attempts, second.error) == (0, "not tried yet: broken took long to fail just before")
    assert states(outbox, [broken, whole], NOW + timedelta(seconds=1)) == ["waiting"], "the other is due at once"
    assert states(outbox, [broken, whole], NOW + timedelta(minutes=2)) == ["delivered"] * 2


def test_one_that_failed_before_stands_behind_those_that_were_never_tried(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.notices.channels.delivery_pass.SLOW_SECONDS", 0.0)

    class Picky(Noted):
        def deliver(self, queued: QueuedNotice) -> None:
            if queued.notice.to == "alma":
                raise DeliveryError("no such mailbox")
            super().deliver(queued)

    channel = Picky()
    assert states(outbox, [channel]) == ["waiting"] * 2
    assert states(outbox, [channel], NOW + timedelta(minutes=1)) == ["delivered", "waiting"]
    assert channel.receivers == ["axel"]


def test_a_pass_is_bounded_in_time_and_the_next_one_begins_with_what_is_left(outbox: Outbox) -> None:
    channel = Noted()
    assert states(outbox, [channel], seconds=0.0) == ["waiting"] * 2
    assert channel.receivers == []
    record = DeliveryRecords(outbox.root).read(outbox.queued_notices()[0].delivery)["noted"]
    assert (record.attempts, record.error) == (0, "not tried yet: the delivery pass was over")
    assert states(outbox, [channel], seconds=0.0) == ["waiting"] * 2
    assert states(outbox, [channel]) == ["delivered"] * 2


def test_what_no_pass_came_to_in_its_days_is_given_up_and_not_forgotten(outbox: Outbox) -> None:
    assert states(outbox, [Noted()], seconds=0.0) == ["waiting"] * 2
    late = NOW + timedelta(days=WEEK, minutes=1)
    broken = Noted(breaks=[DeliveryError("down")] * 2)
    assert states(outbox, [broken], late) == ["given up"] * 2
    assert states(outbox, [broken], late) == []


def test_what_was_held_up_until_its_days_were_over_is_given_up(outbox: Outbox) -> None:
    assert states(outbox, [Noted()], seconds=0.0) == ["waiting"] * 2
    assert states(outbox, [Noted()], NOW + timedelta(days=WEEK), seconds=0.0) == ["given up"] * 2


def test_what_the_record_calls_by_a_former_name_is_the_first_channels_and_is_not_carried_again(outbox: Outbox) -> None:
    assert states(outbox, [Noted("hook", [DeliveryError("down")])]) == ["waiting", "delivered"]
    first, second = Noted("hook 1", former_name="hook"), Noted("hook 2", former_name="hook")
    assert states(outbox, [first, second], NOW + timedelta(minutes=1)) == ["delivered"] * 3
    assert (first.receivers, second.receivers) == (["alma"], ["alma", "axel"])
    records = DeliveryRecords(outbox.root)
    assert [set(records.read(one.delivery)) for one in outbox.queued_notices()] == [{"hook 1", "hook 2"}] * 2


def test_a_crash_after_the_delivery_sends_it_again_under_the_same_name(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Noted()
    monkeypatch.setattr(DeliveryRecords, "write", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        states(outbox, [channel])
    monkeypatch.undo()
    assert states(outbox, [channel]) == ["delivered"] * 2
    assert channel.receivers == ["alma", "alma", "axel"]


def test_without_channels_or_notices_nothing_is_done(outbox: Outbox, tmp_path: Path) -> None:
    assert states(outbox, []) == []
    assert states(Outbox(tmp_path / "none"), [Noted()]) == []
    assert not DeliveryRecords(outbox.root).root.exists()


def test_an_record_that_cannot_be_kept_is_said(outbox: Outbox) -> None:
    (outbox.root / "delivery").write_text("in the way")
    with pytest.raises(DeliveryError, match="cannot be written"):
        states(outbox, [Noted()])


def test_deliveries_are_dated_by_the_clock_on_the_wall() -> None:
    assert wall_clock().tzinfo is UTC


def test_each_attempt_is_logged_with_its_ids_and_without_a_secret(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Noted("broken", [RuntimeError("token hunter2"), DeliveryError("down")])
    alma, axel = (one.delivery for one in outbox.queued_notices())
    with caplog.at_level("INFO", "data.notices.channels.delivery_pass"):
        states(outbox, [broken])
        states(outbox, [broken], NOW + timedelta(minutes=1))
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("WARNING", f"notice {alma} about x failed on broken, attempt 1: broken failed: RuntimeError"),
        ("WARNING", f"notice {axel} about x failed on broken, attempt 1: down"),
        ("INFO", f"notice {alma} about x delivered by broken, attempt 2"),
        ("INFO", f"notice {axel} about x delivered by broken, attempt 2"),
    ]
