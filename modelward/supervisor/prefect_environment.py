"""Define Prefect's environment variables: few log lines, no telemetry, its database under MODELWARD_HOME.

There are three environments: for a command that runs a flow itself, for the processes that `modelward up` starts, and
for a command that uses a running server. Prefect reads the variables on import, so they must be set before.
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
from modelward.supervisor.direct_access import direct_access

COMMON: Final[Mapping[str, str]] = {
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
"""The variable that marks the processes of a supervisor; renaming it would hide processes of an earlier version."""
HEARTBEAT_SECONDS: Final = 30

SUPERVISED: Final[Mapping[str, str]] = {
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_LOGGING_TO_API_ENABLED": "true",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_SERVER_UI_API_URL": "/api",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PYTHONUNBUFFERED": "1",
}
"""For the processes that `modelward up` starts: runs send logs and heartbeats to the server."""


@dataclass(frozen=True)
class Addresses:
    """The addresses of the Prefect server and of the evidence pages, and the login of the server."""

    prefect_port: int
    evidence_url: str
    login: str

    @property
    def api_url(self) -> str:
        """The address of the server for Prefect's clients."""
        return f"http://127.0.0.1:{self.prefect_port}/api"

    @property
    def ui_url(self) -> str:
        """The address of the Prefect UI."""
        return f"http://127.0.0.1:{self.prefect_port}/v2"


def supervised_environment(settings: Settings, addresses: Addresses, root: Path) -> dict[str, str]:
    """Return the whole environment of the processes that `modelward up` starts; `root` is the folder of `flows/`."""
    given = {f"MODELWARD_{one.name.upper()}": one.value for one in settings.settings if one.source != "default"}
    paths = {"MODELWARD_ROOT": str(root), "MODELWARD_EVIDENCE_URL": addresses.evidence_url}
    fixed = {
        "MODELWARD_HOME": str(settings.home),
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(ui_folder(settings.home)),
        "PREFECT_API_URL": addresses.api_url,
        "PREFECT_UI_URL": addresses.ui_url,
        "PATH": os.pathsep.join(filter(None, (str(Path(sys.executable).parent), os.environ.get("PATH")))),
    }
    home = prefect_environment(settings.home)
    return {**os.environ, **home, **SUPERVISED, **given, **paths, **fixed, **_login(addresses.login)}


def ui_folder(home: Path) -> Path:
    """Return the folder of this home's copy of the Prefect UI, to which the Content-Security-Policy is added."""
    return home / "prefect" / "ui"


def environment_of_caller(api_url: str, ui_url: str, login: str) -> dict[str, str]:
    """Return the variables with which a command reaches a running server."""
    return {"PREFECT_API_URL": api_url, "PREFECT_UI_URL": ui_url, **direct_access(os.environ), **_login(login)}


def _login(login: str) -> dict[str, str]:
    """Return the variables of the login, for server and clients, with CSRF protection against other pages."""
    if not login:
        return {}
    return {
        "PREFECT_API_AUTH_STRING": login,
        "PREFECT_SERVER_API_AUTH_STRING": login,
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
    }


def prefect_environment(home: Path) -> dict[str, str]:
    """Return Prefect's variables for this home; a variable that is already set keeps its value.

    The exceptions from proxies are added to those that are set.
    """
    variables = {**COMMON, "PREFECT_HOME": str(home / "prefect"), "MODELWARD_HOME": str(home)}
    return {name: os.environ.get(name, value) for name, value in variables.items()} | direct_access(os.environ)


def prepare(home: Path, **more: str) -> None:
    """Set Prefect's variables in this process. Call this before Prefect is imported; `more` overrides all others."""
    os.environ.update(prefect_environment(home) | more)


@contextmanager
def prepared(home: Path, **more: str) -> Iterator[None]:
    """Set Prefect's variables while the block runs. Afterwards the variables in `more` get their former values."""
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
    """Return the whole environment of a process that runs a flow for this home."""
    return {**os.environ, **prefect_environment(home)}


def environment_at(home: Path) -> dict[str, str]:
    """Return the environment of this process, with another home as MODELWARD_HOME."""
    return {**os.environ, "MODELWARD_HOME": str(home)}


def api_url() -> str:
    """Return the address in PREFECT_API_URL; an empty text if it is not set."""
    return os.environ.get("PREFECT_API_URL", "")
