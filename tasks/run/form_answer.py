"""What somebody entered on the page of a run, and when: the process that reads it had to be started first.

A one-time code is judged by the moment it was submitted. Prefect's server dates it, and the registry looks back from
its own clock as far as it allows: an answer that is dated wrongly makes a code no older than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from prefect import runtime
from prefect.input import RunInput
from prefect.input.run_input import keyset_from_base_key
from pydantic import Field, SecretStr

from data.errors import PrefectUnavailableError
from data.registry.command import Proof
from tasks.run.ask_prefect import asking_prefect

OneTimeCode = Annotated[
    SecretStr,
    Field(
        title="One-time code",
        description="The six digits that your authenticator shows. They count once.",
        max_length=16,
    ),
]


@dataclass(frozen=True)
class FormAnswer:
    """What was entered, and when it reached the server."""

    entered: RunInput
    at: datetime

    def proof(self, person: str, code: SecretStr) -> Proof:
        """Who says it, proven by the code that came with it."""
        waited = datetime.now(UTC) - self.at
        return Proof(person=person, code=code.get_secret_value(), waited_seconds=max(0.0, waited.total_seconds()))


def form_answer(entered: RunInput, key: str) -> FormAnswer:
    """An answer with the time at which the server took it under a question's key; now, where that is unknown."""
    return FormAnswer(entered, _taken_at(key) or datetime.now(UTC))


def _taken_at(key: str) -> datetime | None:
    run = runtime.flow_run.id
    if not run:
        return None
    response = keyset_from_base_key(key)["response"]
    try:
        with asking_prefect("when it was answered") as client:
            found = client.filter_flow_run_input(UUID(run), key_prefix=response, limit=1, exclude_keys=set())
    except PrefectUnavailableError:
        return None
    return found[0].created if found else None
