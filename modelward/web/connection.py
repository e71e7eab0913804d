"""Limit the connections of the server: their number, the size of a request's head, and the time in both directions.

uvicorn alone waits without limit for the rest of a request, and for a client that does not read its response.
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
LARGEST_HEAD = 1 << 14


class BoundedConnection(H11Protocol):
    """A connection whose request must arrive, and whose response must be read, within PATIENCE_SECONDS each."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection with a deadline, or refuse it if MOST_AT_ONCE other connections are open."""
        super().connection_made(transport)
        self._set_deadline()
        if len(self.connections) > MOST_AT_ONCE:
            busy = HTTPStatus.SERVICE_UNAVAILABLE
            self._refuse(refusal(busy, "too many requests at once", "try again in a second", Retry_After="1"))

    def data_received(self, data: bytes) -> None:
        """Process received data, and clear the deadline when the request is complete."""
        super().data_received(data)
        # Before the head of the request has arrived, `cycle` is None, contrary to uvicorn's annotation.
        if not getattr(self.cycle, "more_body", True):
            self._clear_deadline()

    def pause_writing(self) -> None:
        """Set a deadline, because the client does not read as fast as the response is written."""
        super().pause_writing()
        self._set_deadline()

    def resume_writing(self) -> None:
        """Clear the deadline, because the client reads again; a connection that is closing keeps it."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._clear_deadline()

    def on_response_complete(self) -> None:
        """Set a deadline by which the client must have read the response."""
        super().on_response_complete()
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Clear the deadline, because the connection has ended."""
        self._clear_deadline()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse an invalid HTTP request, or one whose head is too large, with the security headers of this server."""
        self._refuse(refusal(HTTPStatus.BAD_REQUEST, "the request is not valid HTTP, or its head is too large"))

    def _refuse(self, response: Response) -> None:
        """Send a response without calling the application, and close the connection."""
        add_security_headers(response.headers)
        status = HTTPStatus(response.status_code)
        head = b"".join(b"%b: %b\r\n" % (name, value) for name, value in response.raw_headers)
        line = f"HTTP/1.1 {status} {status.phrase}\r\nConnection: close\r\n".encode()
        self.transport.write(line + head + b"\r\n" + bytes(response.body))
        self.transport.close()

    def _set_deadline(self) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(PATIENCE_SECONDS, self.transport.abort)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
