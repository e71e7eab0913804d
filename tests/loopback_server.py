"""Serve an application of the evidence pages on a free loopback port while a test uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from modelward.web.server import LoopbackServer


@contextmanager
def serving_app(app: ASGIApp) -> Iterator[LoopbackServer]:
    """Serve an application while the block runs."""
    server = LoopbackServer(app, 0)
    server.start()
    try:
        yield server
    finally:
        server.stop()
