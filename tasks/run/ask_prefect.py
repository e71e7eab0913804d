"""A client of the Prefect server for a task that asks it about other runs, or ends them."""

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
    """Ask it in the block. Raises PrefectUnavailableError where it does not answer, or with an error."""
    try:
        with get_client(sync_client=True) as client:
            yield client
    except HTTPError as error:
        raise PrefectUnavailableError(f"Prefect could not be asked about {about}: {error}") from error


def set_state(client: SyncPrefectClient, run: UUID, state: State, *, force: bool = False) -> None:
    """Bring a run into a state. Raises PrefectUnavailableError when the server does not take it."""
    answer = client.set_flow_run_state(run, state, force=force)
    if answer.status != SetStateStatus.ACCEPT:
        raise PrefectUnavailableError(
            f"Prefect did not take it that run {run} is {state.name}: {answer.status.value.lower()}", "look at its page"
        )
