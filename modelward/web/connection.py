"""Limit the connections of the server: their number, the size of a request's head, and the time in both directions.

uvicorn itself waits without limit for the rest of a request, and for a client that does not read its response. Both
times are totals: a client that sends or reads a few bytes now and then gets no more time. When all connections are in
use, the one that has waited longest for its client is closed for a new one, so slow clients cannot stop the pages.
There is no limit for each address, because all clients of a loopback server have the same one.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from modelward.web.responses import refusal
from modelward.web.security_headers import add_security_headers

MOST_AT_ONCE = 16
PATIENCE_SECONDS = 10.0
"""The total time in which a request must arrive."""
READING_SECONDS = 30.0
"""The total time in which a response must be read, from the moment at which it is complete or the client too slow."""
GRACE_SECONDS = 1.0
"""A connection is not closed for a new one before its client had this time."""
LARGEST_HEAD = 1 << 14


class BoundedConnection(H11Protocol):
    """A connection whose request must arrive, and whose response must be read, in a total time each."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_sending = False
        # The time of the event loop at which this connection began to wait for its client.
        self.waiting_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection with a deadline. If MOST_AT_ONCE others are open, close a slow one or refuse this."""
        super().connection_made(transport)
        self._set_deadline(PATIENCE_SECONDS)
        if len(self._open_connections()) > MOST_AT_ONCE and not self._close_slowest():
            busy = HTTPStatus.SERVICE_UNAVAILABLE
            self._refuse(refusal(busy, "too many requests at once", "try again in a second", Retry_After="1"))

    def data_received(self, data: bytes) -> None:
        """Process received data, and clear the deadline when the request is complete."""
        super().data_received(data)
        # Before the head of the request has arrived, `cycle` is None, contrary to uvicorn's annotation.
        if not self._is_sending and not getattr(self.cycle, "more_body", True):
            self._clear_deadline()

    def pause_writing(self) -> None:
        """Set the deadline for reading the response, because the client does not read as fast as it is written."""
        super().pause_writing()
        self._start_sending()

    def on_response_complete(self) -> None:
        """Set the deadline for reading the response."""
        super().on_response_complete()
        self._start_sending()

    def connection_lost(self, exc: Exception | None) -> None:
        """Clear the deadline, because the connection has ended."""
        self._clear_deadline()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse an invalid HTTP request, or one whose head is too large, with the security headers of this server."""
        self._refuse(refusal(HTTPStatus.BAD_REQUEST, "the request is not valid HTTP, or its head is too large"))

    def _open_connections(self) -> list[BoundedConnection]:
        return [
            one for one in self.connections if isinstance(one, BoundedConnection) and not one.transport.is_closing()
        ]

    def _close_slowest(self) -> bool:
        """Close the connection that has waited longest for its client; return False if none waits long enough."""
        latest = self.loop.time() - GRACE_SECONDS
        slow = [one for one in self._open_connections() if one is not self and one.waits_since(latest)]
        if not slow:
            return False
        min(slow, key=lambda one: one.waiting_since).transport.abort()
        return True

    def waits_since(self, moment: float) -> bool:
        """Return True if the connection waits for its client, and did so at this time of the event loop."""
        return self._deadline is not None and self.waiting_since <= moment

    def _refuse(self, response: Response) -> None:
        """Send a response without calling the application, and close the connection."""
        add_security_headers(response.headers)
        status = HTTPStatus(response.status_code)
        head = b"".join(b"%b: %b\r\n" % (name, value) for name, value in response.raw_headers)
        line = f"HTTP/1.1 {status} {status.phrase}\r\nConnection: close\r\n".encode()
        self.transport.write(line + head + b"\r\n" + bytes(response.body))
        self.transport.close()

    def _start_sending(self) -> None:
        """Set the deadline once: a client that reads a little gets no new one."""
        if not self._is_sending:
            self._is_sending = True
            self._set_deadline(READING_SECONDS)

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self.waiting_since = self.loop.time()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
