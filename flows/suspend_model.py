"""Suspend model: stop serving at once and name what takes over; somebody else ratifies it in time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from prefect import flow

from tasks.name_run import this_run
from tasks.stop_serving import stop_serving


@flow(name="suspend model", flow_run_name="suspend {model} in {environment}", persist_result=False)
def suspend_model(
    model: str,
    reason: str,
    fallback: str,
    environment: str = "production",
    slot: Literal["champion", "challenger", "shadow"] = "champion",
    as_of: datetime | None = None,
) -> str:
    """Stop serving; answers with the deployment that was suspended. Raises BusyError, PublishError."""
    run = this_run()
    return stop_serving(model, environment, slot, reason, fallback, run.actor, as_of, run.id)
