"""Roll back model: at once serve the last version that is still valid; another person ratifies it afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from prefect import flow

from data.files.serving import SlotAddress
from tasks.deploy.roll_back_version import roll_back
from tasks.deploy.show_deployment import show_deployment
from tasks.run.find_named import model_named
from tasks.run.name_run import this_run
from tasks.run.store_result import store_result
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled


@flow(
    name="roll back model", flow_run_name=titled("roll back {model} in {environment} as {slot}"), persist_result=False
)
def rollback_model(
    model: str,
    reason: str,
    environment: str = "production",
    slot: Literal["champion", "challenger", "shadow"] = "champion",
    as_of: datetime | None = None,
) -> str:
    """Serve the last valid version again; return the key of the new deployment.

    Raises GateRefusedError when no earlier version is valid, BusyError, PublishError.

    Args:
        model: The model, like flight-delay.
        reason: The reason; it is recorded.
        environment: The environment, by its name in the standards.
        slot: The champion answers; challenger and shadow are only compared with it.
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    place = SlotAddress(model_named(model), environment, slot)
    return store_result(show_deployment(roll_back(place, reason, this_run(as_of), steps=Steps())))
