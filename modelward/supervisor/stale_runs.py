"""Runs that an earlier `up` left at the server: dead ones are marked, missed ones are cancelled.

Call these functions before the worker starts: then no run of this work pool has a process, so one that is RUNNING is
dead. A run that waits for people has no process either, and keeps waiting.
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

PAGE = 200
NOT_BEGUN = ("Scheduled", "Late")
DIED = "its process ended with the `modelward up` that ran it"


def crash_dead_runs(client: SyncPrefectClient) -> list[str]:
    """Mark runs crashed that are running or pending, and cancelled that were being cancelled; returns what was done."""
    under_way = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    lines = []
    for run in list(_runs(client, FlowRunFilter(state=FlowRunFilterState(type=under_way)))):
        ended = Cancelled if run.state_type == StateType.CANCELLING else Crashed
        client.set_flow_run_state(run.id, ended(message=DIED), force=True)
        lines.append(f"run {run.name} was marked {ended.__name__.lower()}: {DIED}")
    return lines


def cancel_missed_runs(client: SyncPrefectClient) -> list[str]:
    """Keep the newest of the scheduled runs that a deployment missed, per parameters; returns what was cancelled."""
    late = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC)),
    )
    missed: dict[tuple[UUID, str], list[FlowRun]] = defaultdict(list)
    for run in _runs(client, late):
        if run.deployment_id is not None and run.auto_scheduled and run.state_name in NOT_BEGUN:
            missed[run.deployment_id, to_json(run.parameters).decode()].append(run)
    return [_keep_newest(client, deployment, runs) for (deployment, _), runs in missed.items() if len(runs) > 1]


def _keep_newest(client: SyncPrefectClient, deployment: UUID, runs: list[FlowRun]) -> str:
    """Cancel all but the newest, which is the first."""
    newest, *older = runs
    for run in older:
        message = f"missed while nothing was up; the run due on {_due(newest)} replaces it"
        client.set_flow_run_state(run.id, Cancelled(message=message), force=True)
    name, due = client.read_deployment(deployment).name, ", ".join(map(_due, reversed(runs)))
    return f"{name} missed {due} while nothing was up; only the newest of them runs"


def _due(run: FlowRun) -> str:
    return f"{run.expected_start_time:%Y-%m-%d %H:%M}"


def _runs(client: SyncPrefectClient, matching: FlowRunFilter) -> Iterator[FlowRun]:
    """The matching runs of our work pool, the newest first."""
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    offset = 0
    while True:
        page = client.read_flow_runs(
            flow_run_filter=matching,
            work_pool_filter=pool,
            sort=FlowRunSort.EXPECTED_START_TIME_DESC,
            limit=PAGE,
            offset=offset,
        )
        yield from page
        offset += PAGE
        if len(page) < PAGE:
            return
