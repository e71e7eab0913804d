"""A client of the Prefect server for a task that reads other runs or changes their states."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from httpx import HTTPError
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.client.schemas.responses import SetStateStatus

from data.errors import PrefectUnavailableError


@contextmanager
def asking_prefect(about: str) -> Iterator[SyncPrefectClient]:
    """Yield a client for the block; `about` is the subject in an error message.

    Raises PrefectUnavailableError when the server does not answer or answers with an error.
    """
    try:
        with get_client(sync_client=True) as client:
            yield client
    except HTTPError as error:
        raise PrefectUnavailableError(f"the request to Prefect about {about} failed: {error}") from error


def set_state(client: SyncPrefectClient, run: UUID, state: State, *, force: bool = False) -> None:
    """Set the state of a run. Raises PrefectUnavailableError when the server does not accept the state."""
    answer = client.set_flow_run_state(run, state, force=force)
    if answer.status != SetStateStatus.ACCEPT:
        raise PrefectUnavailableError(
            f"Prefect did not set run {run} to {state.name}: {answer.status.value.lower()}",
            "open the page of the run in the Prefect UI",
        )
