"""Every kind of channel satisfies the interface Channel."""

from __future__ import annotations

import pytest

from data.notices.channels.address_guard import Target
from data.notices.channels.channel import Channel
from data.notices.channels.chat import ChatChannel
from data.notices.channels.mail import Mail
from data.notices.channels.webhook import Webhook
from data.notices.outbox import Notice

SECRET = "hunter2-hunter2-hunter2"
EVERY: tuple[Channel, ...] = (
    Webhook(Target("hooks.example.org", 443, f"/{SECRET}"), SECRET),
    Mail(f"mailtos://me:{SECRET}@smtp.example.org", {"alma": "alma@example.org"}),
    ChatChannel(f"slack://{SECRET}"),
)


@pytest.mark.parametrize("channel", EVERY, ids=lambda one: type(one).__name__)
def test_a_channel_has_a_name_without_a_secret_and_reaches_alma(channel: Channel) -> None:
    assert SECRET not in channel.name + channel.former_name
    assert channel.reaches(Notice(kind="approval", to="alma", about="x", title="decide", text="now"))
