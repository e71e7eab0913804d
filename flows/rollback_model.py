"""Roll back model: return at once to the last version that is still valid; somebody else ratifies it in time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from prefect import flow

from data.files.serving import Place
from tasks.deploy.return_version import put_back
from tasks.deploy.show_deployment import shown
from tasks.run.find_named import model_named
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
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
    """Serve the last valid version again; answers with the new deployment's key.

    Raises GateRefusedError when none is valid, BusyError, PublishError.

    Args:
        model: The model, like flight-delay.
        reason: Why; kept on record.
        environment: Where, as the standards name it.
        slot: Champion answers; challenger and shadow are only compared with it.
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    place = Place(model_named(model), environment, slot)
    return leave_answer(shown(put_back(place, reason, this_run(as_of), steps=Steps())))
