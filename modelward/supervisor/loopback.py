"""Ports of this machine alone, and whether something answers there; no library is loaded for it."""

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
LOGIN_WANTED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
"""What a Prefect server with a login answers without it, to whoever asks and to whoever would change something."""
LOGIN_REMEDY = "set MODELWARD_PREFECT_LOGIN to the one that `modelward up` was given"
NO_LOGIN = f"it asks for a login: {LOGIN_REMEDY}"


def port_for(wanted: int, setting: str) -> int:
    """The port, or a free one for 0. Raises HouseError when something else listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise SupervisorError(
                f"port {wanted} cannot be used: {error.strerror}",
                f"end what listens there, or set MODELWARD_{setting.upper()} to another port, 0 for any",
            ) from error
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Reply:
    """What a server told, or the fault because of which it told nothing."""

    told: Any = None
    fault: str = ""


def answers(url: str) -> bool:
    """Whether there is an answer that is no error."""
    return not fault_of(url)


def fault_of(url: str) -> str:
    """Why there is no answer, or one that is an error; nothing when all is well."""
    return _asked(urllib.request.Request(url)).fault


def ask(api_url: str, path: str, login: str, question: object = None) -> Any:
    """What a Prefect server answers in JSON, to a question if there is one; None when it does not answer so."""
    return inquire(api_url, path, login, question).told


def inquire(api_url: str, path: str, login: str, question: object = None) -> Reply:
    """The same, with the reason where there is no answer."""
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
    reply = _asked(request)
    try:
        return reply if reply.fault else Reply(json.loads(reply.told))
    except ValueError:
        return Reply(fault="what it answers cannot be read")


def _asked(request: urllib.request.Request) -> Reply:
    """The reply; a server that is too busy with its database for a moment is asked again."""
    tries = 0
    while (reply := _asked_once(request)).fault == BUSY and tries < BUSY_TRIES:
        tries += 1
        time.sleep(BUSY_SECONDS)
    return reply


def _asked_once(request: urllib.request.Request) -> Reply:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=PATIENCE_SECONDS
        ) as reply:
            return Reply(reply.read())
    except urllib.error.HTTPError as error:
        return Reply(fault=NO_LOGIN if error.code in LOGIN_WANTED else f"it answers {error.code}")
    except (urllib.error.URLError, OSError, ValueError) as error:
        return Reply(fault=f"it does not answer: {getattr(error, 'reason', error)}")
