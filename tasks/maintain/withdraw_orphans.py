"""Take back requests whose run has ended, and end runs that wait for a request which is closed.

Prefect is asked about each run by its id. A run that it does not know says nothing: it may live on another server.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled

from data.records.approval import ApprovalRequest
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.commands.approval import WithdrawRequest
from data.registry.purposes import purpose_of
from data.registry.registry import Registry
from data.registry.rules.emergency import release_of
from tasks.maintain.expire_approvals import execute
from tasks.run.ask_prefect import asking_prefect, set_state
from tasks.run.run_due_jobs import Due

CLOSED = ("expired", "withdrawn")


def orphaned_requests(run: RunContext) -> Iterator[Due]:
    """Pending requests of other runs; what went live in an emergency may be ratified without its run."""
    with Registry.here().reading() as state:
        pending = state.find(ApprovalRequest, state="pending")
        live = {one.key for one in pending if release_of(state, one.key) is not None}
    for one in pending:
        if one.run_id not in ("", run.run_id) and one.key not in live:
            yield one.key, partial(_withdraw, one, run)


def orphaned_runs(run: RunContext) -> Iterator[Due]:
    """Runs of requests that ran out or were taken back; those of people's decisions are ended by themselves.

    An emergency release may be ratified beside its run, which then waits for nothing.
    """
    with Registry.here().reading() as state:
        requests = state.find(ApprovalRequest)
        settled = [(release_of(state, one.key), one) for one in requests if _is_settled_release(one)]
    for live, one in settled:
        if live is not None and live.run_id not in ("", run.run_id):
            yield one.key, partial(_cancel, one.model_copy(update={"run_id": live.run_id}))
    closed = {one.run_id: one for one in requests if one.state in CLOSED}
    alive = {one.run_id for one in requests if one.state == "pending"} | {"", run.run_id}
    for run_id, request in closed.items():
        if run_id not in alive:
            yield request.key, partial(_cancel, request)


def _is_settled_release(request: ApprovalRequest) -> bool:
    return purpose_of(request).serves_before_votes and request.state != "pending"


def _withdraw(request: ApprovalRequest, run: RunContext) -> str:
    state = _asked(request.run_id)
    if state is None or not state.is_final():
        return ""
    said = f"the request to {request.purpose} {short(request.subject)} was withdrawn: its run is {state.name}"
    return execute(WithdrawRequest(key=request.key, reason=f"its run ended {state.name}"), run, said)


def _cancel(request: ApprovalRequest) -> str:
    state = _asked(request.run_id)
    if state is None or not state.is_paused():
        return ""
    message = f"the request on {short(request.subject)} is {request.state}"
    with asking_prefect(f"run {request.run_id}") as client:
        set_state(client, UUID(request.run_id), Cancelled(message=message), force=True)
    return f"run {request.run_id} was cancelled: {message}"


def _asked(run_id: str) -> State | None:
    """The state of a run as Prefect has it; None for one that it does not know. Raises PrefectUnavailableError."""
    with asking_prefect(f"run {run_id}") as client:
        return _state(client, run_id)


def _state(client: SyncPrefectClient, run_id: str) -> State | None:
    try:
        return client.read_flow_run(UUID(run_id)).state
    except (ObjectNotFound, ValueError):
        return None
