"""Store the return value of a flow at the Prefect server, where the person who asked for the run can read it.

The value is stored as text and only displayed. Nothing relies on it, because any client of the server could have
written it; the registry has the facts.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError
from pydantic_core import to_json

T = TypeVar("T")

ANSWER = "answer"


def store_result(answer: T) -> T:
    """Store a flow's return value and return it unchanged; a flow called in process stores nothing.

    A run that is started again after its end keeps the value stored first.
    """
    if runtime.deployment.id:
        with get_client(sync_client=True) as client, suppress(PrefectHTTPStatusError):
            client.create_flow_run_input(runtime.flow_run.id, ANSWER, to_json(answer).decode())
    return answer
