"""A delivery run: every due notice is tried once, none twice, and no channel delays another."""

from __future__ import annotations

import fcntl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import DeliveryError
from data.notices.channels.channel import Channel
from data.notices.channels.delivery import DeliveryRecords
from data.notices.channels.delivery_run import current_time, deliver_due
from data.notices.outbox import Notice, Outbox, QueuedNotice
from tests.recording_channel import RecordingChannel

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
WEEK = 7


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """Two notices, one hour old."""
    box = Outbox(tmp_path / "outbox")
    for minutes, to in ((60, "alma"), (59, "axel")):
        left_at = NOW - timedelta(minutes=minutes)
        box.write(Notice(kind="approval", to=to, about="x", title="decide", text="now"), left_at)
    return box


def states(outbox: Outbox, channels: list[Channel], now: datetime = NOW, **changes: Any) -> list[str]:
    return [one.attempts.state for one in deliver_due(outbox, channels, WEEK, now, **changes).deliveries]


def test_every_notice_is_delivered_once_on_every_channel(outbox: Outbox) -> None:
    first, second = RecordingChannel("first"), RecordingChannel("second")
    assert states(outbox, [first, second]) == ["delivered"] * 4
    assert states(outbox, [first, second], NOW + timedelta(days=1)) == []
    assert first.receivers == second.receivers == ["alma", "axel"]


def test_a_failed_notice_is_retried_and_does_not_stop_others(outbox: Outbox) -> None:
    broken, whole = (
        RecordingChannel("broken", [DeliveryError("down"), RuntimeError("token hunter2")]),
        RecordingChannel("whole"),
    )
    assert states(outbox, [broken, whole]) == ["waiting", "delivered"] * 2
    assert states(outbox, [broken, whole], NOW + timedelta(seconds=59)) == []
    record = DeliveryRecords(outbox.root).read(outbox.queued_notices()[1].delivery)["broken"]
    assert record.error == "broken failed: RuntimeError", "the words of a library may hold a secret"
    assert states(outbox, [broken, whole], NOW + timedelta(seconds=60)) == ["delivered"] * 2


def test_at_once_ignores_the_wait_between_attempts(outbox: Outbox) -> None:
    broken = RecordingChannel(breaks=[DeliveryError("down"), DeliveryError("down")])
    assert states(outbox, [broken]) == ["waiting"] * 2
    assert states(outbox, [broken], NOW + timedelta(seconds=1), at_once=True) == ["delivered"] * 2


def test_after_the_days_of_delivery_a_notice_is_given_up(outbox: Outbox) -> None:
    broken = RecordingChannel(breaks=[DeliveryError("down")] * 99)
    later, seen = NOW, []
    for _ in range(40):
        seen += states(outbox, [broken], later)
        later += timedelta(hours=6)
    assert seen.count("given up") == 2
    assert states(outbox, [RecordingChannel()], later) == [], "and nothing that old is begun"


def test_a_receiver_that_the_channel_cannot_reach_is_not_tried(outbox: Outbox) -> None:
    channel = RecordingChannel(only="axel")
    assert states(outbox, [channel]) == ["delivered"]
    assert channel.receivers == ["axel"]


def test_a_notice_locked_by_another_process_is_skipped(outbox: Outbox) -> None:
    first, _ = sorted(outbox.root.glob("*.json"))
    channel = RecordingChannel()
    with first.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert states(outbox, [channel]) == ["delivered"]
    assert states(outbox, [channel]) == ["delivered"]
    assert channel.receivers == ["axel", "alma"]


def test_a_notice_deleted_during_the_run_does_not_stop_it(outbox: Outbox) -> None:
    _, second = sorted(outbox.root.glob("*.json"))

    class RaisingChannel(RecordingChannel):
        def deliver(self, queued: QueuedNotice) -> None:
            second.unlink()

    assert states(outbox, [RaisingChannel()]) == ["delivered"]


def test_a_file_that_is_not_a_notice_is_reported_and_does_not_stop_the_run(outbox: Outbox) -> None:
    (outbox.root / "20260501T085900000000Z-broken.json").write_text("{}")
    done = deliver_due(outbox, [RecordingChannel()], WEEK, NOW)
    assert [one.attempts.state for one in done.deliveries] == ["delivered"] * 2
    assert done.unreadable == ("20260501T085900000000Z-broken.json",)


def test_only_the_given_notices_are_delivered(outbox: Outbox) -> None:
    channel, axel = RecordingChannel(), outbox.notices()[1]
    assert states(outbox, [channel], of=[axel]) == ["delivered"]
    assert channel.receivers == ["axel"]
    assert states(outbox, [channel], of=[]) == []


def test_a_channel_that_failed_slowly_is_not_tried_again_in_the_same_run(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.notices.channels.delivery_run.SLOW_SECONDS", 0.0)
    broken, whole = RecordingChannel("broken", [DeliveryError("down")] * 2), RecordingChannel("whole")
    assert states(outbox, [broken, whole]) == ["waiting", "delivered"] * 2
    assert len(broken.breaks) == 1
    first, second = (DeliveryRecords(outbox.root).read(one.delivery)["broken"] for one in outbox.queued_notices())
    assert (first.attempts, first.error) == (1, "down")
    assert (second.attempts, second.error) == (0, "not tried yet: broken failed slowly earlier in this run")
    assert states(outbox, [broken, whole], NOW + timedelta(seconds=1)) == ["waiting"], "the other is due at once"
    assert states(outbox, [broken, whole], NOW + timedelta(minutes=2)) == ["delivered"] * 2


def test_notices_never_tried_come_before_failed_ones(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.notices.channels.delivery_run.SLOW_SECONDS", 0.0)

    class SelectiveChannel(RecordingChannel):
        def deliver(self, queued: QueuedNotice) -> None:
            if queued.notice.to == "alma":
                raise DeliveryError("no such mailbox")
            super().deliver(queued)

    channel = SelectiveChannel()
    assert states(outbox, [channel]) == ["waiting"] * 2
    assert states(outbox, [channel], NOW + timedelta(minutes=1)) == ["delivered", "waiting"]
    assert channel.receivers == ["axel"]


def test_a_run_is_limited_in_time_and_the_next_run_starts_with_the_rest(outbox: Outbox) -> None:
    channel = RecordingChannel()
    assert states(outbox, [channel], seconds=0.0) == ["waiting"] * 2
    assert channel.receivers == []
    record = DeliveryRecords(outbox.root).read(outbox.queued_notices()[0].delivery)["noted"]
    assert (record.attempts, record.error) == (0, "not tried yet: the time limit of the delivery run was reached")
    assert states(outbox, [channel], seconds=0.0) == ["waiting"] * 2
    assert states(outbox, [channel]) == ["delivered"] * 2


def test_a_notice_that_no_run_reached_in_its_days_is_given_up(outbox: Outbox) -> None:
    assert states(outbox, [RecordingChannel()], seconds=0.0) == ["waiting"] * 2
    late = NOW + timedelta(days=WEEK, minutes=1)
    broken = RecordingChannel(breaks=[DeliveryError("down")] * 2)
    assert states(outbox, [broken], late) == ["given up"] * 2
    assert states(outbox, [broken], late) == []


def test_a_notice_postponed_until_its_days_ended_is_given_up(outbox: Outbox) -> None:
    assert states(outbox, [RecordingChannel()], seconds=0.0) == ["waiting"] * 2
    assert states(outbox, [RecordingChannel()], NOW + timedelta(days=WEEK), seconds=0.0) == ["given up"] * 2


def test_a_record_under_a_former_channel_name_prevents_a_second_delivery(outbox: Outbox) -> None:
    assert states(outbox, [RecordingChannel("hook", [DeliveryError("down")])]) == ["waiting", "delivered"]
    first, second = RecordingChannel("hook 1", former_name="hook"), RecordingChannel("hook 2", former_name="hook")
    assert states(outbox, [first, second], NOW + timedelta(minutes=1)) == ["delivered"] * 3
    assert (first.receivers, second.receivers) == (["alma"], ["alma", "axel"])
    records = DeliveryRecords(outbox.root)
    assert [set(records.read(one.delivery)) for one in outbox.queued_notices()] == [{"hook 1", "hook 2"}] * 2


def test_after_a_crash_a_notice_is_sent_again_under_the_same_id(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = RecordingChannel()
    monkeypatch.setattr(DeliveryRecords, "write", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        states(outbox, [channel])
    monkeypatch.undo()
    assert states(outbox, [channel]) == ["delivered"] * 2
    assert channel.receivers == ["alma", "alma", "axel"]


def test_without_channels_or_notices_nothing_is_delivered(outbox: Outbox, tmp_path: Path) -> None:
    assert states(outbox, []) == []
    assert states(Outbox(tmp_path / "none"), [RecordingChannel()]) == []
    assert not DeliveryRecords(outbox.root).root.exists()


def test_a_record_that_cannot_be_written_raises_an_error(outbox: Outbox) -> None:
    (outbox.root / "delivery").write_text("in the way")
    with pytest.raises(DeliveryError, match="cannot be written"):
        states(outbox, [RecordingChannel()])


def test_current_time_is_in_utc() -> None:
    assert current_time().tzinfo is UTC


def test_each_attempt_is_logged_with_its_ids_and_without_a_secret(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    broken = RecordingChannel("broken", [RuntimeError("token hunter2"), DeliveryError("down")])
    alma, axel = (one.delivery for one in outbox.queued_notices())
    with caplog.at_level("INFO", "data.notices.channels.delivery_run"):
        states(outbox, [broken])
        states(outbox, [broken], NOW + timedelta(minutes=1))
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("WARNING", f"notice {alma} about x was not delivered by broken at attempt 1: broken failed: RuntimeError"),
        ("WARNING", f"notice {axel} about x was not delivered by broken at attempt 1: down"),
        ("INFO", f"notice {alma} about x was delivered by broken at attempt 2"),
        ("INFO", f"notice {axel} about x was delivered by broken at attempt 2"),
    ]
