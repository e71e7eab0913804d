"""Attack: clients of the evidence pages send or read very slowly, so that other people get no page.

Result: Prevented: each request and each response has a total time; the connection that has waited longest for its
client is closed for a new one.
Caught in: `modelward/web/connection.py`
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from modelward.web import connection as connections
from modelward.web.connection import MOST_AT_ONCE
from modelward.web.server import LoopbackServer
from modelward.web.web_app import web_app
from tests.loopback_server import serving_app

REQUEST = b"GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = 32 << 20


def pages(size: int = 10) -> ASGIApp:
    """Return an application with one page of this size, in bytes."""
    return web_app([Route("/page", lambda request: Response(b"x" * size))])


def connect(server: LoopbackServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=60)


def status(server: LoopbackServer) -> bytes:
    """Return the status of an honest request for the page."""
    with connect(server) as client:
        client.sendall(REQUEST)
        return client.recv(12)


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    while not condition():
        assert not pause.wait(0.02)


def test_connections_that_send_nothing_do_not_stop_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(connections, "PATIENCE_SECONDS", 600.0)
    with serving_app(pages()) as server, ExitStack() as stack:
        for _ in range(MOST_AT_ONCE):
            stack.enter_context(connect(server))
        wait_until(lambda: server.open_connections == MOST_AT_ONCE)
        assert [status(server) for _ in range(20)] == [b"HTTP/1.1 200"] * 20


def test_connections_that_do_not_read_do_not_stop_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(connections, "READING_SECONDS", 600.0)
    with serving_app(pages(LARGE)) as server, ExitStack() as stack:
        for _ in range(MOST_AT_ONCE):
            stack.enter_context(connect(server)).sendall(REQUEST)
        wait_until(lambda: server.open_connections == MOST_AT_ONCE)
        time.sleep(0.5)
        assert status(server) == b"HTTP/1.1 200"


def test_a_client_that_sends_a_byte_now_and_then_gets_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "PATIENCE_SECONDS", 0.5)
    with serving_app(pages()) as server, connect(server) as client:
        sent = 0
        with suppress(OSError):
            for byte in REQUEST * 100:
                client.sendall(bytes([byte]) if byte not in b"\r\n" else b"x")
                sent += 1
                time.sleep(0.05)
        assert 0 < sent < len(REQUEST * 100)


def test_a_client_that_reads_a_little_now_and_then_gets_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READING_SECONDS", 0.5)
    with serving_app(pages(LARGE)) as server, connect(server) as client:
        client.sendall(REQUEST)
        received = 0
        with suppress(OSError):
            while part := client.recv(200_000):
                received += len(part)
                time.sleep(0.05)
        assert received < LARGE
        wait_until(lambda: server.open_connections == 0)


def test_a_client_that_reads_at_once_gets_the_whole_page() -> None:
    with serving_app(pages(LARGE)) as server, connect(server) as client:
        client.sendall(REQUEST)
        received = sum(len(part) for part in iter(lambda: client.recv(1 << 20), b""))
        assert received > LARGE
