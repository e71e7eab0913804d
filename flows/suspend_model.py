"""Suspend model: stop serving at once and name what takes over; somebody else ratifies it in time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from prefect import flow

from data.files.serving import Place
from tasks.deploy.show_deployment import shown
from tasks.deploy.stop_serving import stop
from tasks.run.find_named import model_named
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled


@flow(name="suspend model", flow_run_name=titled("suspend {model} in {environment} as {slot}"), persist_result=False)
def suspend_model(
    model: str,
    reason: str,
    fallback: str,
    environment: str = "production",
    slot: Literal["champion", "challenger", "shadow"] = "champion",
    as_of: datetime | None = None,
) -> str:
    """Stop serving; answers with the deployment that was suspended. Raises BusyError, PublishError.

    Args:
        model: The model, like flight-delay.
        reason: Why; kept on record.
        fallback: What takes over: a rule, a person, another system.
        environment: Where, as the standards name it.
        slot: Champion answers; challenger and shadow are only compared with it.
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    place = Place(model_named(model), environment, slot)
    return leave_answer(shown(stop(place, reason, fallback, this_run(as_of), steps=Steps())))
