"""What a flow and a reconciliation deliver, who is notified of failures, and that a failure stops no flow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.notices.channels.delivery import Attempts, DeliveryRecords
from data.notices.channels.delivery_run import Delivery
from data.notices.outbox import Notice, Outbox, QueuedNotice
from tasks.notify.deliver_notices import deliver_or_log, delivered_notices, notices_of_failures
from tests.emergency_model import run_at
from tests.recording_channel import RecordingChannel
from tests.world import World

NOTICE = Notice(kind="approval", to="alma", about="x", title="decide", text="now")


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> RecordingChannel:
    """The only channel of this registry."""
    noted = RecordingChannel(former_name="noted")
    monkeypatch.setattr("tasks.notify.deliver_notices.channels_of", lambda *values: [noted])
    return noted


@pytest.fixture
def outbox(world: World) -> Outbox:
    """An outbox with two notices, an hour old, and a file that is not a notice."""
    box = Outbox(world.home.outbox)
    box.write_all([NOTICE, NOTICE.model_copy(update={"to": "axel"})], datetime.now(UTC) - timedelta(hours=1))
    (box.root / "99991231T000000000000Z-note.json").write_text("{}")
    return box


def test_a_flow_delivers_its_notices_and_the_reconciliation_all(
    world: World, outbox: Outbox, channel: RecordingChannel
) -> None:
    deliver_or_log([NOTICE])
    assert channel.receivers == ["alma"]
    ((_, act),) = delivered_notices(run_at(world))
    assert act() == "notices: 1 delivered, 1 unreadable: 99991231T000000000000Z-note.json"
    assert channel.receivers == ["alma", "axel"]


def test_a_flow_waits_for_channels_for_seconds_only(
    outbox: Outbox, channel: RecordingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.notify.deliver_notices.SECONDS_IN_A_FLOW", 0.0)
    deliver_or_log([NOTICE])
    (account,) = (
        DeliveryRecords(outbox.root).read(one.delivery) for one in outbox.contents(of=[NOTICE]).queued_notices
    )
    assert (channel.receivers, account["noted"].state) == ([], "waiting")


BROKEN: dict[str, Exception] = {
    "a setting": ValueError("no such setting"),
    "a library": RuntimeError("no such service"),
    "a disk": OSError("full"),
}


@pytest.mark.parametrize("error", BROKEN.values(), ids=BROKEN)
def test_a_delivery_error_stops_no_flow(error: Exception, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*values: object) -> list[RecordingChannel]:
        raise error

    monkeypatch.setattr("tasks.notify.deliver_notices.channels_of", broken)
    deliver_or_log([NOTICE])


def test_administrators_are_notified_once_of_a_given_up_delivery(world: World) -> None:
    lost = Attempts(state="given up", attempts=9, tried_at=world.now, error="down")
    outcome = Delivery(QueuedNotice("d-1", NOTICE, world.now), "mail smtp", lost)
    notices = notices_of_failures(
        [outcome, Delivery(outcome.queued, "hook", Attempts().delivered(world.now))], ["adam", "ada"]
    )
    assert [(one.to, one.title) for one in notices] == [
        (one, "a notice to alma could not be delivered by mail smtp") for one in ("adam", "ada")
    ]
    assert (
        notices_of_failures([Delivery(QueuedNotice("d-2", notices[0], world.now), "mail smtp", lost)], ["adam"]) == []
    )


def test_an_invalid_channel_setting_stops_no_flow(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_NOTICE_WEBHOOKS", "http://hooks.example.org")
    deliver_or_log([NOTICE])
    assert not (world.home.outbox / "delivery").exists()
