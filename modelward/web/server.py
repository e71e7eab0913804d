"""Serve a web application: on loopback only, one request for each connection, with a clean end on a signal."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from data.errors import ConfigurationError
from modelward.web.connection import LARGEST_HEAD, BoundedConnection

HOST = "127.0.0.1"
"""The applications require no login, so they are for this machine only; no setting changes this."""
BACKLOG = 64
SHUTDOWN_SECONDS = 5
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class LoopbackServer:
    """The server of an application on a loopback port, in a thread of its own; port 0 means a free port.

    The constructor opens the port; connections are queued until `start`. Raises ConfigurationError when the port cannot
    be opened.
    """

    def __init__(
        self, app: ASGIApp, port: int, what: str = "the evidence pages", setting: str = "evidence_port"
    ) -> None:
        try:
            self._socket = socket.create_server((HOST, port), backlog=BACKLOG)
        except OSError as error:
            raise ConfigurationError(
                f"{what} cannot be served on {HOST}:{port}: {error.strerror or error}",
                f"choose another port with --port or the setting {setting}; 0 means a free port",
            ) from error
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(_configuration(app))
        # Threads that Starlette starts are daemons if this one is, so a page in progress does not delay the end.
        self._thread = threading.Thread(target=self._serve, name="web-server", daemon=True)
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://{HOST}:{self.port}"

    @property
    def open_connections(self) -> int:
        """The number of open connections; above MOST_AT_ONCE, new connections are refused."""
        return len(self._server.server_state.connections)

    def start(self) -> None:
        """Start to answer requests."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port, wait SHUTDOWN_SECONDS for requests in progress, and end."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(2 * SHUTDOWN_SECONDS)
        self._socket.close()

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self.ended.set()


def _configuration(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedConnection,
        loop="asyncio",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="error",
        access_log=False,  # which person reads which page is not recorded
        proxy_headers=False,
        server_header=False,
        headers=[("Server", "modelward"), ("Connection", "close")],
        h11_max_incomplete_event_size=LARGEST_HEAD,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        backlog=BACKLOG,
    )


def serve_until_signal(server: LoopbackServer, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM, Ctrl-C or an end of the server; call `ready` with the address when the server answers."""
    with _set_on_signal(server.ended):
        server.start()
        ready(server.url)
        server.ended.wait()
    server.stop()


@contextmanager
def _set_on_signal(event: threading.Event) -> Iterator[None]:
    """Set the event on each of SIGNALS while the block runs."""

    def set_event(number: int, frame: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, set_event) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
