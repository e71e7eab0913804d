"""Withdraw requests whose run has ended, and cancel runs that wait for a closed request.

Each run is looked up in Prefect by its id. Nothing is done about an unknown run, because it may be on another server.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled

from data.queries.due_work import RequestInRun, request_runs
from data.records.approval import ApprovalRequest
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.commands.approval import WithdrawRequest
from data.registry.registry import Registry
from tasks.maintain.expire_approvals import execute
from tasks.run.ask_prefect import asking_prefect, set_state
from tasks.run.run_due_jobs import Due

CLOSED = ("expired", "withdrawn")


def orphaned_requests(context: RunContext) -> Iterator[Due]:
    """Yield pending requests of other runs.

    An emergency release is not included, because it may be ratified without its run.
    """
    for request in request_runs(Registry.here(), CLOSED).pending:
        if request.run_id not in ("", context.run_id):
            yield request.key, partial(_withdraw, request, context)


def orphaned_runs(context: RunContext) -> Iterator[Due]:
    """Yield runs whose request expired or was withdrawn; a run whose request was decided ends by itself.

    The run of an emergency release that was ratified outside it is included, because it waits for nothing.
    """
    for waiting in request_runs(Registry.here(), CLOSED).over:
        if waiting.run_id not in ("", context.run_id):
            yield waiting.request.key, partial(_cancel, waiting)


def _withdraw(request: ApprovalRequest, context: RunContext) -> str:
    state = _state_in_prefect(request.run_id)
    if state is None or not state.is_final():
        return ""
    report = f"the request to {request.purpose} {short(request.subject)} was withdrawn: its run is {state.name}"
    return execute(WithdrawRequest(key=request.key, reason=f"its run ended {state.name}"), context, report)


def _cancel(waiting: RequestInRun) -> str:
    request, run_id = waiting.request, waiting.run_id
    state = _state_in_prefect(run_id)
    if state is None or not state.is_paused():
        return ""
    message = f"the request on {short(request.subject)} is {request.state}"
    with asking_prefect(f"run {run_id}") as client:
        set_state(client, UUID(run_id), Cancelled(message=message), force=True)
    return f"run {run_id} was cancelled: {message}"


def _state_in_prefect(run_id: str) -> State | None:
    """Return the state of a run in Prefect, or None for an unknown run. Raises PrefectUnavailableError."""
    with asking_prefect(f"run {run_id}") as client:
        return _state(client, run_id)


def _state(client: SyncPrefectClient, run_id: str) -> State | None:
    try:
        return client.read_flow_run(UUID(run_id)).state
    except (ObjectNotFound, ValueError):
        return None
