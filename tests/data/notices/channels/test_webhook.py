"""The webhook against a real receiver: signed, bounded, without redirects, connected to the checked address."""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from data.errors import DeliveryError
from data.notices.channels.address_guard import Target
from data.notices.channels.signature import is_genuine
from data.notices.channels.webhook import Webhook
from data.notices.outbox import Notice, QueuedNotice
from tests.delivery_servers import HOST, HttpsServer, SocketAnswer, answering, https_server

SECRET = "a secret of twenty char"
LEFT = datetime(2026, 5, 1, 9, tzinfo=UTC)
NOTICE = Notice(kind="approval", to="alma", about="x", title="decide\u202e", text="now", answer_by=LEFT)
QUEUED = QueuedNotice("20260501-approval-1", NOTICE, LEFT)
LOOPBACK = (ip_network("127.0.0.0/8"),)


def here(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def hook(sink: HttpsServer, **changes: Any) -> Webhook:
    options: dict[str, Any] = {"networks": LOOPBACK, "authority": sink.authority, "resolve": here, "seconds": 5}
    return Webhook(Target(HOST, sink.port, "/in?x=1"), SECRET, **{**options, **changes})


def test_a_notice_arrives_signed_and_as_plain_text(tmp_path: Path) -> None:
    with https_server(tmp_path, answering("204 No Content")) as sink:
        hook(sink).deliver(QUEUED)
        headers, content = sink.requests[0]
    assert headers[""] == "POST /in?x=1 HTTP/1.1"
    assert headers["host"] == f"{HOST}:{sink.port}"
    assert is_genuine(SECRET, headers["modelward-signature"], content, int(time.time()))
    message = json.loads(content)
    assert (message["delivery"], message["to"], message["subject"]) == (QUEUED.delivery, "alma", "[modelward] decide")
    assert SECRET.encode() not in content


def test_a_webhook_reaches_everybody_and_never_shows_its_secret(tmp_path: Path) -> None:
    webhook = Webhook(Target(HOST, 443, "/"), SECRET)
    assert webhook.reaches(NOTICE)
    assert SECRET not in repr(webhook)
    assert re.fullmatch(f"webhook {HOST} [0-9a-f]{{8}}", webhook.name)


def send_slowly(connection: ssl.SSLSocket) -> None:
    """One byte at a time, for longer than anybody should wait."""
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 60:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def silent(connection: ssl.SSLSocket) -> None:
    """Nothing, until the other side gives up."""
    connection.recv(1)


NOT_TAKEN: dict[str, tuple[SocketAnswer, str]] = {
    "a redirect to where clouds keep their metadata": (
        answering("302 Found\r\nLocation: http://169.254.169.254/latest/meta-data"), "302; redirects are not followed"
    ),
    "a permanent redirect": (answering("308 Moved\r\nLocation: https://127.0.0.1/"), "308; redirects"),
    "a server's error": (answering("500 Oops"), "answered 500"),
    "a refusal": (answering("401 Who"), "answered 401"),
    "something that is not HTTP": (lambda c: c.sendall(b"SSH-2.0\r\n\r\n"), "no readable HTTP"),
    "a code that is none": (answering("2x0 OK"), "no readable HTTP response"),
    "a head without end": (lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000), "no readable HTTP"),
    "nothing at all": (lambda c: None, "no readable HTTP response"),
    "one byte at a time": (send_slowly, "too slowly|did not answer"),
    "silence": (silent, "too slowly|did not answer"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_a_delivery_error_is_raised_for(case: tuple[SocketAnswer, str], tmp_path: Path) -> None:
    answer, words = case
    with https_server(tmp_path, answer) as sink, pytest.raises(DeliveryError, match=words) as failed:
        hook(sink, seconds=1).deliver(QUEUED)
    assert SECRET not in str(failed.value)
    assert len(sink.requests) == 1, "nothing was asked a second time"


def test_an_endless_response_is_not_read(tmp_path: Path) -> None:
    with https_server(tmp_path, answering("200 OK", b"y" * 65_536, times=400)) as sink:
        hook(sink).deliver(QUEUED)


def test_a_private_address_is_not_connected_to(tmp_path: Path) -> None:
    with https_server(tmp_path, answering("204 No Content")) as sink:
        with pytest.raises(DeliveryError, match=r"resolves to 127\.0\.0\.1"):
            hook(sink, networks=()).deliver(QUEUED)
        assert sink.requests == []


def test_a_host_that_later_resolves_differently_has_no_effect(tmp_path: Path) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    with https_server(tmp_path, answering("204 No Content")) as sink:
        hook(sink, resolve=lambda host, port: next(answers)).deliver(QUEUED)
        assert len(sink.requests) == 1
    assert list(answers) == [["169.254.169.254"]], "it was asked once"


def test_a_certificate_without_a_trusted_authority_is_refused(tmp_path: Path) -> None:
    with https_server(tmp_path, answering("204 No Content")) as sink:
        with pytest.raises(DeliveryError, match="could not be reached"):
            hook(sink, authority=None).deliver(QUEUED)
        assert sink.requests == []


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    elsewhere = https_server(tmp_path, answering("204 No Content"), host="other.example.org")
    with elsewhere as sink, pytest.raises(DeliveryError, match="could not be reached"):
        hook(sink).deliver(QUEUED)


def test_an_unreachable_receiver_raises_an_error(tmp_path: Path) -> None:
    with https_server(tmp_path, answering("204 No Content")) as sink:
        closed = hook(sink)
    with pytest.raises(DeliveryError, match="could not be reached"):
        closed.deliver(QUEUED)


def test_a_notice_that_is_too_large_is_not_sent(tmp_path: Path) -> None:
    huge = NOTICE.model_copy(update={"to": "x" * 70_000})
    with pytest.raises(DeliveryError, match="larger than 64 KiB"):
        Webhook(Target(HOST, 1, "/"), SECRET).deliver(QueuedNotice("d", huge, LEFT))
