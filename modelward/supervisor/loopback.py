"""Find free ports on this machine, and ask servers on it; only the standard library is used, so it loads quickly."""

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
BUSY, BUSY_TRIES, BUSY_SECONDS = "it answers with status 503", 4, 0.3
CLIENT = "modelward-supervisor"
LOGIN_REQUIRED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
"""The statuses with which a Prefect server refuses a request without login: for reading, and for writing."""
LOGIN_REMEDY = "set MODELWARD_PREFECT_LOGIN to the login with which `modelward up` was started"
NO_LOGIN = f"it requires a login: {LOGIN_REMEDY}"


def port_for(port: int, setting: str) -> int:
    """Return the port, or a free port for 0. Raises SupervisorError when the port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SupervisorError(
                f"port {port} cannot be used: {error.strerror}",
                f"end the process that uses it, or set MODELWARD_{setting.upper()} to another port (0 for a free one)",
            ) from error
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Reply:
    """The content of a response, or the fault if there is no response."""

    content: Any = None
    fault: str = ""


def answers(url: str) -> bool:
    """Return True if the address answers without an error."""
    return not fault_of(url)


def fault_of(url: str) -> str:
    """Return why the address does not answer, or its error; an empty text if there is no fault."""
    return _fetch(urllib.request.Request(url)).fault


def ask(api_url: str, path: str, login: str, question: object = None) -> Any:
    """Return the JSON of a Prefect server; a `question` is sent as a POST. None if there is a fault."""
    return ask_for_reply(api_url, path, login, question).content


def ask_for_reply(api_url: str, path: str, login: str, question: object = None) -> Reply:
    """Return the JSON of a Prefect server, or the fault; a `question` is sent as a POST."""
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
    """Return the reply; a server that answers 503, because its database is busy, is asked again."""
    tries = 0
    while (reply := _fetch_once(request)).fault == BUSY and tries < BUSY_TRIES:
        tries += 1
        time.sleep(BUSY_SECONDS)
    return reply


def _fetch_once(request: urllib.request.Request) -> Reply:
    # No proxy: this machine is reached directly, even if a proxy is set.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE_SECONDS) as response:
            return Reply(response.read())
    except urllib.error.HTTPError as error:
        return Reply(fault=NO_LOGIN if error.code in LOGIN_REQUIRED else f"it answers with status {error.code}")
    except (urllib.error.URLError, OSError, ValueError) as error:
        return Reply(fault=f"it does not answer: {getattr(error, 'reason', error)}")
