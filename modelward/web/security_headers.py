"""The headers of every response: nothing may be loaded, framed, guessed or kept, whatever route answered."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SEALED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
    "Content-Security-Policy": SEALED,
}
STYLE = re.compile(rb"style-src ('sha256-[A-Za-z0-9+/=]{44}')")


class SecurityHeaders:
    """Middleware that adds to a response each of these headers that the route has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_security_headers(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, send_with_headers)


def add_security_headers(headers: MutableHeaders) -> None:
    """Set each header that is missing."""
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)


def page_policy(page: bytes) -> str:
    """The Content-Security-Policy of a page: no style but the one whose digest the page's own policy names."""
    style = STYLE.search(page[:2_000])
    return f"{SEALED}; style-src {style[1].decode()}" if style is not None else SEALED
