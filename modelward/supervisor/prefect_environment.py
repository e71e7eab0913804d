"""The environment Prefect runs in, in one place: quiet, no telemetry, its database under MODELWARD_HOME.

Three of them: of a command that runs a flow itself, of what `modelward up` starts, of a command that calls on that.

Prefect reads it when it is imported, so it is set before that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.settings import Settings

QUIET: Final[Mapping[str, str]] = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_API_URL": "/api",
    "PREFECT_CLIENT_MAX_RETRIES": "10",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_CLI_PROMPT": "false",
}

MARK: Final = "MODELWARD_HOUSE"
HEARTBEAT_SECONDS: Final = 30

HOUSE: Final[Mapping[str, str]] = {
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_LOGGING_TO_API_ENABLED": "true",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SERVER_UI_API_URL": "/api",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PYTHONUNBUFFERED": "1",
}
"""Of what `modelward up` starts: its runs speak to the server, and show that they live."""


@dataclass(frozen=True)
class Addresses:
    """Where the house answers."""

    prefect_port: int
    evidence_url: str
    login: str

    @property
    def api_url(self) -> str:
        """Where Prefect's clients find the server."""
        return f"http://127.0.0.1:{self.prefect_port}/api"

    @property
    def ui_url(self) -> str:
        """Where people find its pages."""
        return f"http://127.0.0.1:{self.prefect_port}/v2"


def environment_of_house(settings: Settings, addresses: Addresses, root: Path) -> dict[str, str]:
    """The whole environment of everything `modelward up` starts; `root` is where the flows are."""
    said = {f"MODELWARD_{one.name.upper()}": one.value for one in settings.settings if one.source != "default"}
    told = {"MODELWARD_ROOT": str(root), "MODELWARD_EVIDENCE_URL": addresses.evidence_url}
    found = {
        "MODELWARD_HOME": str(settings.home),
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(pages_of(settings.home)),
        "PREFECT_API_URL": addresses.api_url,
        "PREFECT_UI_URL": addresses.ui_url,
        "PATH": os.pathsep.join(filter(None, (str(Path(sys.executable).parent), os.environ.get("PATH")))),
        **_past_proxies(),
    }
    home = prefect_environment(settings.home)
    return {**os.environ, **home, **HOUSE, **said, **told, **found, **_guarded(addresses.login)}


def pages_of(home: Path) -> Path:
    """Where the server keeps its pages: of this home alone, since they are closed to the outside there."""
    return home / "prefect" / "ui"


def environment_of_caller(api_url: str, ui_url: str, login: str) -> dict[str, str]:
    """What a command sets to reach a server that runs."""
    return {"PREFECT_API_URL": api_url, "PREFECT_UI_URL": ui_url, **_past_proxies(), **_guarded(login)}


def _past_proxies() -> dict[str, str]:
    """This machine is reached directly, whatever proxy is set for others."""
    told = {name: os.environ.get(name, "") for name in ("NO_PROXY", "no_proxy")}
    return {name: ",".join(filter(None, (value, "127.0.0.1"))) for name, value in told.items()}


def _guarded(login: str) -> dict[str, str]:
    """With a login, server and clients use it, and pages of others cannot act in its name."""
    if not login:
        return {}
    return {
        "PREFECT_API_AUTH_STRING": login,
        "PREFECT_SERVER_API_AUTH_STRING": login,
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
    }


def prefect_environment(home: Path) -> dict[str, str]:
    """What to set for Prefect with this home; what the person has set already stays."""
    wanted = {**QUIET, "PREFECT_HOME": str(home / "prefect"), "MODELWARD_HOME": str(home)}
    return {name: os.environ.get(name, value) for name, value in wanted.items()}


def prepare(home: Path, **more: str) -> None:
    """Set it for this process. Call before Prefect is imported; `more` wins over everything."""
    os.environ.update(prefect_environment(home) | more)


@contextmanager
def prepared(home: Path, **more: str) -> Iterator[None]:
    """Set it for a block: `more` is put back afterwards, what Prefect has read stays."""
    before = {name: os.environ.get(name) for name in more}
    prepare(home, **more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def environment_of_child(home: Path) -> dict[str, str]:
    """The whole environment for a process we start."""
    return {**os.environ, **prefect_environment(home)}


def environment_at(home: Path) -> dict[str, str]:
    """Our own environment for another modelward that has this home."""
    return {**os.environ, "MODELWARD_HOME": str(home)}


def api_url() -> str:
    """The Prefect server that the person set, or nothing."""
    return os.environ.get("PREFECT_API_URL", "")
