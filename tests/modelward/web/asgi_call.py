"""Call an application with one request, without a server, as uvicorn does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

HOST = "127.0.0.1:4290"


@dataclass(frozen=True)
class Received:
    """The response that the application sent."""

    status: HTTPStatus
    headers: Headers
    body: bytes


def call(app: ASGIApp, target: str, method: str = "GET", host: str = HOST, **headers: str) -> Received:
    """Return the response to one request; `headers` are given with `_` for `-`."""
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return asyncio.run(_call(app, _scope(target, method, [(b"host", host.encode()), *raw])))


def _scope(target: str, method: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 4290),
        "client": ("127.0.0.1", 50_000),
        "method": method,
        "root_path": "",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
    }


async def _call(app: ASGIApp, scope: dict[str, Any]) -> Received:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Received(HTTPStatus(sent[0]["status"]), Headers(raw=sent[0]["headers"]), body)
