r"""Start runs of a deployment as a worker does, up to their next pause, in this process or in a process of its own.

run = schedule_run(deploy_model, version=..., use=...)  a run that a deployment scheduled
run_until_pause(deploy_model, run)                      its state: "Suspended", "Completed", ...
run_in_worker_process(run, environment)                 the same by the command of a worker, which then ends
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

from tests.flows.form_responder import OpenForm, open_forms

ROOT = Path(__file__).parents[2]
_ENDED: dict[UUID, Any] = {}


def schedule_run(flow: Flow[..., Any], **parameters: Any) -> UUID:
    """Return a scheduled run of a deployment of the flow, which is not started yet."""
    with get_client(sync_client=True) as client:
        flow_id = client.create_flow_from_name(flow.name)
        name = flow.name.replace(" ", "-")
        entrypoint = f"flows.{flow.fn.__name__}.{flow.fn.__name__}"
        deployment = client.create_deployment(flow_id, name, entrypoint=entrypoint, path=str(ROOT))
        values = {**parameters, "as_of": parameters["as_of"].isoformat()} if parameters.get("as_of") else parameters
        return client.create_flow_run_from_deployment(deployment, parameters=values).id


def run_until_pause(flow: Flow[..., Any], run: UUID) -> str:
    """Run the flow from the start until it ends or is suspended; return the name of its state."""
    with get_client(sync_client=True) as client:
        flow_run = client.read_flow_run(run)
        with suppress(Pause):
            _ENDED[run] = run_flow(flow, flow_run=flow_run, return_type="state")
    return state_of(run)


def run_in_worker_process(run: UUID, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the flow by the command of a worker, in a process that has ended on return."""
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
    """Return the name of a run's state."""
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run).state
    return str(state.name) if state is not None else ""


def answer_form(run: UUID, **values: Any) -> OpenForm:
    """Answer the form of a suspended run; return the form."""
    with get_client(sync_client=True) as client:
        (form,) = [one for one in open_forms(client) if one.run == run]
        form.resume(**values)
    return form


def result_of(run: UUID) -> Any:
    """Return what a run that ended in this process returned, or raise its error; nothing is persisted."""
    return _ENDED[run].result()
