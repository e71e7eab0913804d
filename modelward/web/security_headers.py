"""Set the security headers of every response: they forbid loading, framing, type guessing and unchecked caching."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DENY_ALL = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
    "Content-Security-Policy": DENY_ALL,
}
STYLE = re.compile(rb"style-src ('sha256-[A-Za-z0-9+/=]{44}')")


class SecurityHeaders:
    """Middleware that adds to a response each header of ALWAYS that the route has not set."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the application, and add the missing headers to its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_security_headers(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, send_with_headers)


def add_security_headers(headers: MutableHeaders) -> None:
    """Set each header of ALWAYS that is missing."""
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)


def page_policy(page: bytes) -> str:
    """Return the Content-Security-Policy of a page: it allows only the style whose digest the page contains."""
    style = STYLE.search(page[:2_000])
    return f"{DENY_ALL}; style-src {style[1].decode()}" if style is not None else DENY_ALL
