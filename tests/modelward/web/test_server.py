"""The server: on loopback only, with limits on connections, requests and time, and ended by a signal."""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from starlette.types import Receive, Scope, Send

from data.errors import ConfigurationError
from modelward.web import connection as connections
from modelward.web.connection import LARGEST_HEAD, MOST_AT_ONCE
from modelward.web.evidence_app import evidence_app
from modelward.web.server import LoopbackServer
from tests.loopback_server import serving_app
from tests.world import MODEL, World
from views.evidence_address import model_page

PATIENCE = 60.0
REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextmanager
def serving(world: World) -> Iterator[LoopbackServer]:
    with serving_app(evidence_app(world.home)) as server:
        yield server


async def endless(scope: Scope, receive: Receive, send: Send) -> None:
    """Send a response that does not end while the client is connected."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await receive()
    disconnected = asyncio.ensure_future(receive())
    while not disconnected.done():
        await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
        await asyncio.sleep(0)


def received_from(port: int, *parts: bytes) -> bytes:
    """Return everything that the server sends until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        for part in parts:
            connection.sendall(part)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = threading.Event()
    while not condition():
        assert not deadline.wait(0.02)


def get(port: int, target: str, method: str = "GET") -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def test_get_returns_the_whole_page_and_head_no_body(world: World) -> None:
    world.model()
    with serving(world) as server:
        port = server.port
        status, body, headers = get(port, f"/{model_page(MODEL)}")
        assert (status, str(len(body))) == (200, headers["Content-Length"])
        assert get(port, f"/{model_page(MODEL)}", "HEAD")[:2] == (200, b"")
        assert get(port, "/", "BREW")[0] == 405
        assert "Python" not in headers["Server"]


def test_many_requests_at_once_are_answered(world: World) -> None:
    world.model()
    with serving(world) as server, ThreadPoolExecutor(MOST_AT_ONCE - 1) as pool:
        targets = ["/", "/audit.html", f"/{model_page(MODEL)}"] * 20
        answers = list(pool.map(lambda target: get(server.port, target)[0], targets))
    assert set(answers) <= {200, 503}
    assert answers.count(200) >= 50


def test_too_many_connections_are_refused_until_others_close(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "GRACE_SECONDS", PATIENCE)
    with serving(world) as server:
        port = server.port
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(MOST_AT_ONCE)]
        wait_until(lambda: server.open_connections == MOST_AT_ONCE)
        status, body, headers = get(port, "/health")
        assert (status, headers["Retry-After"], headers["X-Frame-Options"]) == (503, "1", "DENY")
        assert b"too many requests" in body
        for connection in silent:
            connection.close()
        wait_until(lambda: get(port, "/health")[0] != 503)
        assert get(port, "/health")[0] == 200


SLOW_REQUESTS: dict[str, tuple[bytes, ...]] = {
    "nothing": (),
    "half a head": (REQUEST[:-10],),
    "a body that does not come": (REQUEST[:-2] + b"Content-Length: 10\r\n\r\n",),
}


@pytest.mark.parametrize("parts", SLOW_REQUESTS.values(), ids=SLOW_REQUESTS)
def test_a_client_that_does_not_finish_its_request_is_cut_off(
    world: World, parts: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE_SECONDS", 0.2)
    with serving(world) as server:
        with suppress(ConnectionResetError):
            received_from(server.port, *parts)
        wait_until(lambda: server.open_connections == 0)


def test_a_client_that_does_not_read_its_response_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READING_SECONDS", 0.2)
    with serving_app(endless) as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(REQUEST)
        wait_until(lambda: server.open_connections == 1)
        wait_until(lambda: server.open_connections == 0)


MALFORMED = {
    "no request": b"\0\1\2\r\n\r\n",
    "a null byte in the address": b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "a head that is too large": REQUEST[:-2] + b"X: " + b"a" * LARGEST_HEAD,
}


@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_request_is_refused_with_the_headers_of_every_response(world: World, request_bytes: bytes) -> None:
    with serving(world) as server:
        received = received_from(server.port, request_bytes)
        assert received.startswith(b"HTTP/1.1 400 ")
        assert b"content-security-policy: default-src 'none'" in received.lower()
        assert get(server.port, "/health")[0] == 200


def test_a_connection_serves_one_request(world: World) -> None:
    with serving(world) as server:
        received = received_from(server.port, REQUEST * 3)
        assert received.count(b"HTTP/1.1 200") == 1
        assert b"connection: close" in received.lower()


def test_the_server_answers_on_its_loopback_address_only(world: World) -> None:
    with serving(world) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", server.port))
        assert get(server.port, "/health")[0] == 200


def test_the_command_has_no_option_for_another_host(world: World) -> None:
    command = [sys.executable, "-m", "modelward", "serve", "--host", "127.0.0.2", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_a_port_in_use_is_refused_with_its_number(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=str(port)):
            LoopbackServer(evidence_app(world.home), port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_the_command_ends_on_a_signal_and_frees_its_port(world: World, number: signal.Signals) -> None:
    environment = {**os.environ, "MODELWARD_HOME": str(world.home.root)}
    command = [sys.executable, "-m", "modelward", "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        port = int(line.split("127.0.0.1:")[1].split("/")[0])
        assert get(port, "/health")[0] == 200
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    with pytest.raises(ConnectionRefusedError):
        get(port, "/health")


def test_serving_does_not_load_prefect(world: World) -> None:
    code = (
        "import sys; from data.files.home import Home; from modelward.web.evidence_app import evidence_app\n"
        "from tests.modelward.web.asgi_call import call\n"
        "app = evidence_app(Home.here())\n"
        "print(call(app, '/').status, [one for one in sys.modules if one.split('.')[0] in ('prefect', 'scipy')])"
    )
    environment = {**os.environ, "MODELWARD_HOME": str(world.home.root)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip().endswith("200 []")
