"""Mark runs crashed whose process is gone: Prefect calls them running for ever, as nobody is left to say otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

from tasks.carry_out_operation import Run
from tasks.settle_due import Due

SILENCE = timedelta(seconds=150)
TAG = "modelward"


def silent_runs(run: Run) -> Iterator[Due]:
    """Running runs of our deployments, but this one, of which nothing was heard for longer than `SILENCE`."""
    running = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING])))
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    with get_client(sync_client=True) as client:
        found = client.read_flow_runs(flow_run_filter=running, deployment_filter=ours)
    for one in found:
        if str(one.id) != run.run_id:
            yield f"run {one.name}", partial(_crash, one)


def _crash(run: FlowRun) -> str:
    """Answers what was done; nothing when the run lives, or is not running any more."""
    since = datetime.now(UTC) - SILENCE
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run.id).state
        if state is None or not state.is_running() or state.timestamp > since or _was_heard(client, run, since):
            return ""
        client.set_flow_run_state(run.id, Crashed(message=f"nothing was heard of it for {SILENCE.seconds} seconds"))
    return f"run {run.name} was marked crashed: nothing was heard of it any more"


def _was_heard(client: SyncPrefectClient, run: FlowRun, since: datetime) -> bool:
    wanted = {
        "occurred": {"since": since.isoformat(), "until": (datetime.now(UTC) + SILENCE).isoformat()},
        "resource": {"id": [f"prefect.flow-run.{run.id}"]},
    }
    answer = client.request("POST", "/events/filter", json={"filter": wanted, "limit": 1})
    answer.raise_for_status()
    return bool(answer.json()["events"])
