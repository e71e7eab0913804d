"""The server of the evidence pages: loopback only, a bounded number of requests at once, a clean end."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

from data.errors import ConfigurationError
from data.files.home import Home
from modelward.web.answer import Answer, refusal
from modelward.web.route import Route

HOST = "127.0.0.1"
"""These pages ask nobody who they are: they are for this machine alone, and no setting says otherwise."""
MOST_AT_ONCE = 16
PATIENCE_SECONDS = 10.0
ENDS = (signal.SIGTERM, signal.SIGINT)


class EvidenceServer(ThreadingHTTPServer):
    """Serves one home on a loopback port; 0 takes a free one. Raises ConfigurationError when it cannot."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, home: Home, port: int) -> None:
        self.route = Route(home)
        self.places = threading.BoundedSemaphore(MOST_AT_ONCE)
        try:
            super().__init__((HOST, port), Exchange)
        except OSError as error:
            raise ConfigurationError(
                f"the evidence pages cannot be served on {HOST}:{port}: {error.strerror or error}",
                "name another port with --port or evidence_port, or 0 for a free one",
            ) from error

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.server_address[1]}"

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """One request in a thread of its own, while there is room; else it is told to come again."""
        if self.places.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        busy = refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many requests at once", "try again", Retry_After="1")
        if isinstance(request, socket.socket):
            request.settimeout(1.0)
            _send_alone(request, busy)
        self.shutdown_request(request)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Gives its place back, whatever became of it."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody who hangs up is no fault of ours; anything else is said in one line."""
        problem = sys.exception()
        if not isinstance(problem, (ConnectionError, TimeoutError)):
            print(f"evidence pages: {type(problem).__name__}: {problem}", file=sys.stderr)


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer; the connection ends with it."""

    server: EvidenceServer
    server_version = "modelward"
    sys_version = ""
    timeout = PATIENCE_SECONDS

    def parse_request(self) -> bool:
        """Every method is answered by the route, which refuses all but two."""
        if not super().parse_request():
            return False
        setattr(self, f"do_{self.command}", self._exchange)
        return True

    def _exchange(self) -> None:
        headers = {"Host": self.headers.get("Host", ""), "If-None-Match": self.headers.get("If-None-Match", "")}
        answer = self.server.route.answer(self.command, self.path, headers)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *told: object) -> None:
        """Requests are not logged: who read what is nobody's business here."""


def serve_until_told(server: EvidenceServer, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C, then close the port; `ready` hears the address once it answers."""
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
    told = threading.Event()
    with _signals(told):
        serving.start()
        ready(server.url)
        told.wait()
    server.shutdown()
    server.server_close()


@contextmanager
def _signals(told: threading.Event) -> Iterator[None]:
    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    before = {one: signal.signal(one, tell) for one in ENDS}
    try:
        yield
    finally:
        for one, former in before.items():
            signal.signal(one, former)


def _send_alone(connection: socket.socket, answer: Answer) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    try:
        connection.sendall(f"HTTP/1.0 {answer.status} {answer.status.phrase}\r\n{head}\r\n".encode() + answer.body)
    except OSError:
        return
