"""Check a request before it is routed: its Host, its method, and the length and form of its target."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from modelward.web.responses import refusal

READING = ("GET", "HEAD")
LONGEST_TARGET = 1_024
LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
PLAIN_PATH = re.compile(rb"/[A-Za-z0-9._/-]*")
"""No address of this server needs an encoded character, so a path with one is refused without decoding."""


class RequestChecks:
    """Middleware that refuses a request before it is routed."""

    def __init__(self, app: ASGIApp, methods: Sequence[str] = READING) -> None:
        self._app = app
        self._methods = tuple(methods)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the application, or send a refusal."""
        await (self._refusal(scope) or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        # Against DNS rebinding, by which a foreign page could read this server under that page's host name.
        if LOOPBACK.fullmatch(Headers(scope=scope).get("Host", "")) is None:
            return refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                "this server accepts the host names 127.0.0.1 and localhost only",
                "use one of these two names in the address",
            )
        if scope["method"] not in self._methods:
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "these pages are read only", Allow=", ".join(self._methods))
        path: bytes = scope["raw_path"]
        if len(path) + len(scope["query_string"]) > LONGEST_TARGET or PLAIN_PATH.fullmatch(path) is None:
            return refusal(
                HTTPStatus.NOT_FOUND, "there is no such page", "start at the inventory, which lists every model"
            )
        return None
