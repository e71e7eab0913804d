"""Handle the runs that an earlier `up` left on the server: mark dead runs as crashed, and cancel missed runs.

Call these functions before the worker starts: no run of this work pool has a process then, so a RUNNING run is dead. A
run that waits for people has no process either; it continues to wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Crashed
from pydantic_core import to_json

from modelward.supervisor.process_specs import POOL

BATCH = 200
NOT_STARTED = ("Scheduled", "Late")
DIED = "its process ended with the `modelward up` that ran it"


def crash_dead_runs(client: SyncPrefectClient) -> list[str]:
    """Mark running and pending runs as crashed, and cancelling runs as cancelled; return what was done."""
    under_way = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    lines = []
    for run in list(_runs(client, FlowRunFilter(state=FlowRunFilterState(type=under_way)))):
        ended = Cancelled if run.state_type == StateType.CANCELLING else Crashed
        client.set_flow_run_state(run.id, ended(message=DIED), force=True)
        lines.append(f"run {run.name} was marked {ended.__name__.lower()}: {DIED}")
    return lines


def cancel_missed_runs(client: SyncPrefectClient) -> list[str]:
    """Cancel the scheduled runs that a deployment missed, except the latest for each set of parameters.

    Returns a line for each deployment of which runs were cancelled.
    """
    late = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC)),
    )
    missed: dict[tuple[UUID, str], list[FlowRun]] = defaultdict(list)
    for run in _runs(client, late):
        if run.deployment_id is not None and run.auto_scheduled and run.state_name in NOT_STARTED:
            missed[run.deployment_id, to_json(run.parameters).decode()].append(run)
    return [_keep_newest(client, deployment, runs) for (deployment, _), runs in missed.items() if len(runs) > 1]


def _keep_newest(client: SyncPrefectClient, deployment: UUID, runs: list[FlowRun]) -> str:
    """Cancel all runs except the first, which is the latest; return a line about it."""
    newest, *older = runs
    for run in older:
        message = f"missed while `modelward up` was not running; the run due on {_due(newest)} replaces it"
        client.set_flow_run_state(run.id, Cancelled(message=message), force=True)
    name, due = client.read_deployment(deployment).name, ", ".join(map(_due, reversed(runs)))
    return f"{name} missed its runs of {due}, while `modelward up` was not running; only the latest of them runs"


def _due(run: FlowRun) -> str:
    return f"{run.expected_start_time:%Y-%m-%d %H:%M}"


def _runs(client: SyncPrefectClient, matching: FlowRunFilter) -> Iterator[FlowRun]:
    """Yield the matching runs of this work pool, latest first."""
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    offset = 0
    while True:
        batch = client.read_flow_runs(
            flow_run_filter=matching,
            work_pool_filter=pool,
            sort=FlowRunSort.EXPECTED_START_TIME_DESC,
            limit=BATCH,
            offset=offset,
        )
        yield from batch
        offset += BATCH
        if len(batch) < BATCH:
            return
