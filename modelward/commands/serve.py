"""Serve the evidence pages and the manifests of the slots, on this machine only."""

from __future__ import annotations

from typing import Annotated

import typer

from data.files.home import Home
from data.settings import read_settings
from modelward.cli.terminal import say
from modelward.web.evidence_app import evidence_app
from modelward.web.server import LoopbackServer, serve_until_signal


def serve(
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65_535, help="The loopback port; 0 for a free one.")
    ] = None,
) -> None:
    """Serve the evidence pages and the slots' manifests, read-only, on loopback, until Ctrl-C."""
    server = LoopbackServer(evidence_app(Home.here()), read_settings().evidence_port if port is None else port)
    serve_until_signal(server, lambda url: say(f"evidence pages: {url}/ (press Ctrl-C to stop)"))
