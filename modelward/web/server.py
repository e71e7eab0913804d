"""The server of a web application: loopback only, one request a connection, and a clean end on a signal."""

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
"""The applications ask nobody for a login: they are for this machine alone, and no setting changes that."""
BACKLOG = 64
SHUTDOWN_SECONDS = 5
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class LoopbackServer:
    """Serves an application on a loopback port, on a thread of its own; port 0 takes a free one.

    The port is taken, and queues connections, from the constructor on. Raises ConfigurationError when it cannot be.
    """

    def __init__(
        self, app: ASGIApp, port: int, what: str = "the evidence pages", setting: str = "evidence_port"
    ) -> None:
        try:
            self._socket = socket.create_server((HOST, port), backlog=BACKLOG)
        except OSError as error:
            raise ConfigurationError(
                f"{what} cannot be served on {HOST}:{port}: {error.strerror or error}",
                f"name another port with --port or {setting}, or 0 for a free one",
            ) from error
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(_configuration(app))
        # A daemon thread makes those that Starlette starts daemons too: a page under way does not delay the end.
        self._thread = threading.Thread(target=self._serve, name="web-server", daemon=True)
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://{HOST}:{self.port}"

    @property
    def open_connections(self) -> int:
        """How many connections are open; more than MOST_AT_ONCE are refused."""
        return len(self._server.server_state.connections)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port, give requests under way SHUTDOWN_SECONDS, and end."""
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
        access_log=False,  # who reads which page is not recorded
        proxy_headers=False,
        server_header=False,
        headers=[("Server", "modelward"), ("Connection", "close")],
        h11_max_incomplete_event_size=LARGEST_HEAD,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        backlog=BACKLOG,
    )


def serve_until_signal(server: LoopbackServer, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM, Ctrl-C or the server's own end; `ready` gets the address once it answers."""
    with _signals(server.ended):
        server.start()
        ready(server.url)
        server.ended.wait()
    server.stop()


@contextmanager
def _signals(event: threading.Event) -> Iterator[None]:
    """Each of SIGNALS sets the event while the block runs."""

    def set_event(number: int, frame: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, set_event) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
