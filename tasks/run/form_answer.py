"""The values entered in a run's form, and the time at which they were submitted.

A one-time code is judged by the time of submission, because the process that reads it has to be started first.
Prefect's server gives this time. The registry limits how old a code may be by its own clock, so that a wrong time of
the server cannot make an older code valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from httpx import HTTPStatusError
from prefect import runtime
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound
from prefect.input import RunInput
from prefect.input.run_input import keyset_from_base_key
from pydantic import Field, SecretStr

from data.errors import PrefectUnavailableError
from data.registry.command import Proof
from tasks.run.ask_prefect import asking_prefect
from tasks.run.take_steps import warn_step

OneTimeCode = Annotated[
    SecretStr,
    Field(
        title="One-time code",
        description="The six digits that your authenticator shows. Each code is valid once.",
        max_length=16,
    ),
]


@dataclass(frozen=True)
class FormAnswer:
    """The entered values, and the time at which they reached the server."""

    entered: RunInput
    at: datetime

    def proof(self, person: str, code: SecretStr) -> Proof:
        """Return the proof of a person's identity by the code entered with this answer."""
        waited = datetime.now(UTC) - self.at
        return Proof(person=person, code=code.get_secret_value(), waited_seconds=max(0.0, waited.total_seconds()))


def form_answer(entered: RunInput, key: str) -> FormAnswer:
    """Return an answer with the time at which the server received it, or the current time if that is unknown."""
    return FormAnswer(entered, _received_at(key) or datetime.now(UTC))


def _received_at(key: str) -> datetime | None:
    run = runtime.flow_run.id
    if not run:
        return None
    response = keyset_from_base_key(key)["response"]
    try:
        with asking_prefect("the time of an answer") as client:
            found = client.filter_flow_run_input(UUID(run), key_prefix=response, limit=1, exclude_keys=set())
    except PrefectUnavailableError:
        return None
    return found[0].created if found else None


def forget_answer(key: str) -> None:
    """Delete the values entered in a form from the server: it stores them unencrypted, with the one-time code.

    A code in an answer that was judged is worthless, because the registry accepts it once. So an answer that cannot be
    deleted is only reported in the log. Call this after the answer was judged and its outcome recorded: a run that is
    started again before that reads the answer once more.
    """
    run = runtime.flow_run.id
    if not run:
        return
    try:
        with asking_prefect("the deletion of an answer") as client:
            _delete_if_stored(client, UUID(run), keyset_from_base_key(key)["response"])
    except (PrefectUnavailableError, ObjectNotFound) as error:
        warn_step(f"the answer {key!r} was not deleted: {type(error).__name__}", run=run)


def _delete_if_stored(client: SyncPrefectClient, run: UUID, key: str) -> None:
    """Delete an answer; a run that was forced on without one has none."""
    try:
        client.delete_flow_run_input(run, key)
    except HTTPStatusError as error:
        if error.response.status_code != HTTPStatus.NOT_FOUND:
            raise
