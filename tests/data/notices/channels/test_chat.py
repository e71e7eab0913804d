"""A chat channel sends every notice as harmless text, and its address is never shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import apprise
import pytest

from data.errors import ConfigurationError, DeliveryError
from data.notices.channels import chat
from data.notices.channels.chat import ChatChannel, instance
from data.notices.outbox import Notice, QueuedNotice

NOTICE = Notice(
    kind="approval", to="al_ma", about="x", title="[decide](http://evil)",
    text="@everyone now, “https://evil.example”", aside="http://here.example/my_model",
)  # fmt: skip
QUEUED = QueuedNotice("d-1", NOTICE, datetime(2026, 5, 1, 9, tzinfo=UTC))


@pytest.fixture
def received() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A port on which a service listens, and the requests that it received."""
    messages: list[dict[str, Any]] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 – its name in the library
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, messages
        server.shutdown()
        thread.join(10)


def test_a_chat_receives_the_notice_without_links_and_mentions(
    received: tuple[int, list[dict[str, Any]]],
) -> None:
    port, messages = received
    channel = ChatChannel(f"json://127.0.0.1:{port}/room", 2)
    assert channel.reaches(NOTICE)
    channel.deliver(QUEUED)
    assert messages[0]["title"] == "(modelward) (decide)(http://evil)"
    assert messages[0]["message"] == (
        "To: al＿ma\n\n＠everyone now, “https∶//evil․example”\n\nhttp://here.example/my_model"
    )


def test_a_rejected_notice_raises_an_error_without_the_address(received: tuple[int, list[dict[str, Any]]]) -> None:
    channel = ChatChannel(f"json://me:hunter2@127.0.0.1:{received[0]}/broken", 3)
    with pytest.raises(DeliveryError, match=r"channel json [0-9a-f]{8} did not accept the notice") as failed:
        channel.deliver(QUEUED)
    assert "hunter2" not in str(failed.value) + repr(channel)


def test_an_exception_in_the_library_raises_a_delivery_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **more: object) -> bool:
        raise OSError("password hunter2")

    monkeypatch.setattr(apprise.Apprise, "notify", broken)
    with pytest.raises(DeliveryError, match="OSError") as failed:
        chat.send("channel 1", "json://127.0.0.1/x", "a", "b")
    assert "hunter2" not in str(failed.value)


@pytest.mark.parametrize("address", ["nothing://x", "", "slack"])
def test_an_address_that_apprise_does_not_support_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="the address of channel 1 is not supported by apprise"):
        instance("channel 1", address)
