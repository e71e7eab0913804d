"""Prepare this process to run flows: set Prefect's environment before Prefect is imported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import ConfigurationError, MissingRegistryError, PrefectUnavailableError
from data.files.home import Home
from data.registry.registry import Registry
from data.settings import read_settings
from modelward.cli.caller import require_on_roster
from modelward.runs.running_server import running_supervisor
from modelward.supervisor.prefect_environment import environment_of_caller, prepared


@contextmanager
def prefect_ready(by: str = "") -> Iterator[None]:
    """Set Prefect's environment while the block runs; import flows inside the block only.

    Runs are recorded on the server of PREFECT_API_URL, else of `modelward up`, else by Prefect under the home. `by` is
    the person that the flow acts for. Raises MissingRegistryError; NotAuthorisedError for a person who is not on the
    roster; SupervisorError while `modelward up` starts or stops; PrefectUnavailableError.
    """
    home = Home.here().root
    if not Home.here().database.exists():
        raise MissingRegistryError(f"there is no registry at {Home.here().database}")
    if by:
        require_on_roster(Registry.here(), by)
    variables = {**_server(), **({"MODELWARD_ACTOR": by} if by else {})}
    _require_writable(home)
    with prepared(home, **variables):
        try:
            yield
        except RuntimeError as error:
            if "ephemeral" not in str(error).lower():
                raise
            raise PrefectUnavailableError(str(error), "start `modelward up`, then run the command again") from error


def _server() -> dict[str, str]:
    """Return the variables that address the server of `modelward up`, so that no second server uses its records."""
    supervisor = running_supervisor()
    if supervisor is None:
        return {}
    return environment_of_caller(supervisor.api_url, supervisor.ui_url, read_settings().prefect_login)


def _require_writable(home: Path) -> None:
    try:
        (home / "prefect").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{home} cannot be written: {error}", "make it writable, or set MODELWARD_HOME to another folder"
        ) from error
