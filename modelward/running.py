"""Runs a flow in this process: the environment is set before Prefect is imported, and then the flow is a function."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def prefect_ready(by: str = "") -> Iterator[None]:
    """Import flows inside this block. Without PREFECT_API_URL, Prefect keeps its own records under the home.

    `by` is whom the flow acts for. Raises MissingRegistryError, and NotAuthorisedError for somebody who is not on the
    roster, before Prefect is waited for; PrefectUnavailableError.
    """
    from data.errors import MissingRegistryError, PrefectUnavailableError
    from data.home import Home
    from data.registry import Registry
    from modelward.prefect_environment import prepared
    from modelward.speaking import need_on_roster

    home = Home.here().root
    if not Home.here().database.exists():
        raise MissingRegistryError(f"there is no registry at {Home.here().database}")
    if by:
        need_on_roster(Registry.here(), by)
    told = {"MODELWARD_ACTOR": by} if by else {}
    _need_writable(home)
    with prepared(home, **told):
        try:
            yield
        except RuntimeError as error:
            if "ephemeral" not in str(error).lower():
                raise
            raise PrefectUnavailableError(str(error)) from error


def _need_writable(home: Path) -> None:
    from data.errors import ConfigurationError

    try:
        (home / "prefect").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{home} cannot be written: {error}", "make it writable or set MODELWARD_HOME"
        ) from error
