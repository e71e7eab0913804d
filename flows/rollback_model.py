"""Roll back model: return at once to the last version that is still valid; somebody else ratifies it in time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from prefect import flow

from tasks.name_run import this_run
from tasks.return_version import return_version


@flow(name="roll back model", flow_run_name="roll back {model} in {environment}", persist_result=False)
def rollback_model(
    model: str,
    reason: str,
    environment: str = "production",
    slot: Literal["champion", "challenger", "shadow"] = "champion",
    as_of: datetime | None = None,
) -> str:
    """Serve the last valid version again; answers with the new deployment's key.

    Raises GateRefusedError when none is valid, BusyError, PublishError.
    """
    run = this_run()
    return return_version(model, environment, slot, reason, run.actor, as_of, run.id)
