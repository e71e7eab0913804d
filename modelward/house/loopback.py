"""Ports of this machine alone, and whether something answers there; no library is loaded for it."""

from __future__ import annotations

import base64
import json
import socket
import urllib.error
import urllib.request
from typing import Any

from data.errors import HouseError

PATIENCE_SECONDS = 3.0
CLIENT = "modelward-supervisor"


def port_for(wanted: int, setting: str) -> int:
    """The port, or a free one for 0. Raises HouseError when something else listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise HouseError(
                f"port {wanted} cannot be used: {error.strerror}",
                f"end what listens there, or set MODELWARD_{setting.upper()} to another port, 0 for any",
            ) from error
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether there is an answer that is no error."""
    return _asked(urllib.request.Request(url)) is not None


def ask(api_url: str, path: str, login: str, question: object = None) -> Any:
    """What a Prefect server answers in JSON, to a question if there is one; None when it does not answer so."""
    request = urllib.request.Request(api_url + path)
    if login:
        request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    if question is not None:
        request.data = json.dumps(question).encode()
        request.add_header("Content-Type", "application/json")
        if login:
            told = ask(api_url, f"/csrf-token?client={CLIENT}", login) or {}
            request.add_header("Prefect-Csrf-Client", CLIENT)
            request.add_header("Prefect-Csrf-Token", str(told.get("token", "")))
    content = _asked(request)
    try:
        return None if content is None else json.loads(content)
    except ValueError:
        return None


def _asked(request: urllib.request.Request) -> bytes | None:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=PATIENCE_SECONDS
        ) as reply:
            content: bytes = reply.read()
            return content
    except (urllib.error.URLError, OSError, ValueError):
        return None
