"""The environment Prefect runs in, in one place: quiet, no telemetry, its database under MODELWARD_HOME.

Prefect reads it when it is imported, so it is set before that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

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


def api_url() -> str:
    """The Prefect server that the person set, or nothing."""
    return os.environ.get("PREFECT_API_URL", "")
