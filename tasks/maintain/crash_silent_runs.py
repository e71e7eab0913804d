"""Mark a run as crashed when it sent no event for 150 s; Prefect would otherwise show the run as running for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

from data.records.run_context import RunContext
from tasks.run.ask_prefect import asking_prefect, set_state
from tasks.run.run_due_jobs import Due

SILENCE = timedelta(seconds=150)
UNDER_WAY = (StateType.RUNNING, StateType.PENDING)
TAG = "modelward"


def silent_runs(context: RunContext) -> Iterator[Due]:
    """Yield other runs of modelward's deployments that Prefect shows as running or pending; some may have no process.

    Raises PrefectUnavailableError.
    """
    under_way = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(UNDER_WAY))))
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    with asking_prefect("silent runs") as client:
        found = client.read_flow_runs(flow_run_filter=under_way, deployment_filter=ours)
    for run in found:
        if str(run.id) != context.run_id:
            yield f"run {run.name}", partial(_crash, run)


def _crash(run: FlowRun) -> str:
    """Mark a run as crashed if it is silent; return what was done, or "" if it has reported, ended or waits.

    Raises PrefectUnavailableError.
    """
    since = datetime.now(UTC) - SILENCE
    with asking_prefect(f"run {run.name}") as client:
        state = client.read_flow_run(run.id).state
        if state is None or state.type not in UNDER_WAY or state.timestamp > since or _has_reported(client, run, since):
            return ""
        set_state(client, run.id, Crashed(message=f"the run sent no event for {SILENCE.seconds} seconds"))
    return f"run {run.name} was marked crashed: it sent no event for {SILENCE.seconds} s"


def _has_reported(client: SyncPrefectClient, run: FlowRun, since: datetime) -> bool:
    query = {
        "occurred": {"since": since.isoformat(), "until": (datetime.now(UTC) + SILENCE).isoformat()},
        "resource": {"id": [f"prefect.flow-run.{run.id}"]},
    }
    answer = client.request("POST", "/events/filter", json={"filter": query, "limit": 1})
    answer.raise_for_status()
    return bool(answer.json()["events"])
