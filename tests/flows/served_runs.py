"""Runs of a deployment, as a worker starts them: one pass at a time, in this process or in one of its own.

run = scheduled(deploy_model, version=..., use=...)     a run that a deployment scheduled
pass_through(deploy_model, run)                         what happened: "Suspended", "Completed", ...
worker_pass(run, environment)                           the same by the worker's own command, which exits
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow
from prefect.settings import PREFECT_API_URL

from tests.flows.waiting_people import Form, open_forms

ROOT = Path(__file__).parents[2]
_ENDED: dict[UUID, Any] = {}


def scheduled(flow: Flow[..., Any], **parameters: Any) -> UUID:
    """A run of a deployment of the flow, which nobody has started yet."""
    with get_client(sync_client=True) as client:
        flow_id = client.create_flow_from_name(flow.name)
        name = flow.name.replace(" ", "-")
        entrypoint = f"flows.{flow.fn.__name__}.{flow.fn.__name__}"
        deployment = client.create_deployment(flow_id, name, entrypoint=entrypoint, path=str(ROOT))
        values = {**parameters, "as_of": parameters["as_of"].isoformat()} if parameters.get("as_of") else parameters
        return client.create_flow_run_from_deployment(deployment, parameters=values).id


def pass_through(flow: Flow[..., Any], run: UUID) -> str:
    """Run the flow from the top until it ends or lets go; the name of the state it is in then."""
    with get_client(sync_client=True) as client:
        flow_run = client.read_flow_run(run)
        with suppress(Pause):
            _ENDED[run] = run_flow(flow, flow_run=flow_run, return_type="state")
    return state_of(run)


def worker_pass(run: UUID, home: Path) -> subprocess.CompletedProcess[str]:
    """The same by the command that a worker gives, in a process that has ended when this returns."""
    extra = {
        "PREFECT_API_URL": str(PREFECT_API_URL.value()),
        "MODELWARD_HOME": str(home),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "prefect.engine", str(run)]
    return subprocess.run(
        command, env={**os.environ, **extra}, capture_output=True, text=True, timeout=180, check=False
    )


def state_of(run: UUID) -> str:
    """The name of the state of a run."""
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run).state
    return str(state.name) if state is not None else ""


def answered(run: UUID, **values: Any) -> Form:
    """Answer the form of a suspended run; what was seen of it."""
    with get_client(sync_client=True) as client:
        (form,) = [one for one in open_forms(client) if one.run == run]
        form.resume(**values)
    return form


def result_of(run: UUID) -> Any:
    """What a run that ended in this process came to, or what it raised; kept in memory, as nothing is persisted."""
    return _ENDED[run].result()
