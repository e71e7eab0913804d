"""Ports of this machine, and whether something answers there; uses the standard library only, so it loads quickly."""

from __future__ import annotations

import base64
import json
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from data.errors import SupervisorError

PATIENCE_SECONDS = 3.0
BUSY, BUSY_TRIES, BUSY_SECONDS = "it answers 503", 4, 0.3
CLIENT = "modelward-supervisor"
LOGIN_REQUIRED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
"""What a Prefect server with a login answers without it: to a request that reads, and to one that changes."""
LOGIN_REMEDY = "set MODELWARD_PREFECT_LOGIN to the one that `modelward up` was given"
NO_LOGIN = f"it asks for a login: {LOGIN_REMEDY}"


def port_for(port: int, setting: str) -> int:
    """The port, or a free one for 0. Raises SupervisorError when something else listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SupervisorError(
                f"port {port} cannot be used: {error.strerror}",
                f"end what listens there, or set MODELWARD_{setting.upper()} to another port, 0 for any",
            ) from error
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Reply:
    """The content of a response, or the fault because of which there is none."""

    content: Any = None
    fault: str = ""


def answers(url: str) -> bool:
    """Whether the address answers without an error."""
    return not fault_of(url)


def fault_of(url: str) -> str:
    """Why the address does not answer, or with which error; empty when all is well."""
    return _fetch(urllib.request.Request(url)).fault


def ask(api_url: str, path: str, login: str, question: object = None) -> Any:
    """The JSON of a Prefect server, to a POST of the question if there is one; None when it does not answer so."""
    return ask_for_reply(api_url, path, login, question).content


def ask_for_reply(api_url: str, path: str, login: str, question: object = None) -> Reply:
    """The same, with the fault where there is no answer."""
    request = urllib.request.Request(api_url + path)
    if login:
        request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    if question is not None:
        request.data = json.dumps(question).encode()
        request.add_header("Content-Type", "application/json")
        if login:
            token = ask(api_url, f"/csrf-token?client={CLIENT}", login) or {}
            request.add_header("Prefect-Csrf-Client", CLIENT)
            request.add_header("Prefect-Csrf-Token", str(token.get("token", "")))
    reply = _fetch(request)
    try:
        return reply if reply.fault else Reply(json.loads(reply.content))
    except ValueError:
        return Reply(fault="its answer is not JSON")


def _fetch(request: urllib.request.Request) -> Reply:
    """The reply; a server whose database is busy for a moment is asked again."""
    tries = 0
    while (reply := _fetch_once(request)).fault == BUSY and tries < BUSY_TRIES:
        tries += 1
        time.sleep(BUSY_SECONDS)
    return reply


def _fetch_once(request: urllib.request.Request) -> Reply:
    # No proxy: this machine is reached directly, whatever proxy is set for others.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE_SECONDS) as response:
            return Reply(response.read())
    except urllib.error.HTTPError as error:
        return Reply(fault=NO_LOGIN if error.code in LOGIN_REQUIRED else f"it answers {error.code}")
    except (urllib.error.URLError, OSError, ValueError) as error:
        return Reply(fault=f"it does not answer: {getattr(error, 'reason', error)}")
