"""Calls a flow for a command: as a run of its deployment at the server that `modelward up` keeps, or in this process.

The run acts for the person who asked: their name goes with it as a claim, as the operating-system user does in this
process, and the run's tag says that nothing proves it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import typer

from data import errors
from data.errors import ModelwardError, SupervisorError
from data.queries.roster import current_person
from data.registry.registry import Registry
from modelward.cli.terminal import remark, working
from modelward.runs.running import prefect_ready
from modelward.runs.running_server import RunningSupervisor, running_supervisor

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun, State


POLL_SECONDS = 0.5
SLOW_SECONDS = 15.0
FAILED = re.compile(
    r"Flow run encountered an exception: (?P<kind>\w+Error): (?P<what>.*?)(?:\n  → (?P<remedy>.*))?", re.DOTALL
)


@dataclass(frozen=True)
class Where:
    """How a person wants a flow to run: in this process, or at the server with or without waiting for its end."""

    by: str = ""
    local: bool = False
    no_wait: bool = False


def call(flow: str, where: Where, parameters: Mapping[str, Any], doing: str = "") -> Any:
    """What the flow answers: the thing itself from this process, plain JSON from the server.

    Raises what the flow raises. Ends the command once the run is created when nobody wants to wait.
    """
    supervisor = None if where.local else running_supervisor()
    with prefect_ready(where.by):
        if supervisor is not None:
            return _at_server(supervisor, flow, where, parameters)
        function = getattr(import_module(f"flows.{flow}"), flow)
        if not doing:
            return function(**parameters)
        with working(doing):
            return function(**parameters)


def actor_of(by: str) -> str:
    """The person that the run acts for: the one named, or the one whose operating-system user this is."""
    if by:
        return by
    return current_person(Registry.here()).id


def _at_server(supervisor: RunningSupervisor, flow: str, where: Where, parameters: Mapping[str, Any]) -> Any:
    from prefect.client.orchestration import get_client

    actor = actor_of(where.by)
    with get_client(sync_client=True) as client:
        run = client.create_flow_run_from_deployment(
            _deployment(client, flow.replace("_", "-")),
            parameters=plain(parameters),
            tags=[f"asked by {actor}, unproven"],
            job_variables={"env": {"MODELWARD_ACTOR": actor}},
            idempotency_key=f"{flow}-{uuid4()}",
        )
        remark(f"the running server takes it: {supervisor.run_page(run.id)}")
        if where.no_wait:
            raise typer.Exit(0)
        try:
            state = _followed(client, run.id, supervisor)
        except KeyboardInterrupt:
            remark("the run goes on at the server; cancel it there if it should not")
            raise
        return _answer(client, run.id, state, supervisor)


def _deployment(client: SyncPrefectClient, name: str) -> UUID:
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName

    by_name = DeploymentFilter(name=DeploymentFilterName(any_=[name]))
    found = client.read_deployments(deployment_filter=by_name)
    if not found:
        raise SupervisorError(
            f"the running server has no deployment {name}", "`modelward down`, then `modelward up` again"
        )
    return found[0].id


def _followed(client: SyncPrefectClient, run_id: UUID, supervisor: RunningSupervisor) -> State:
    """The state that a run ends in; says meanwhile what it waits for."""
    remarked, state_id, since = "", None, time.monotonic()
    while True:
        run = client.read_flow_run(run_id)
        if run.state is not None and run.state.is_final():
            return run.state
        if run.state_id != state_id:
            state_id, since = run.state_id, time.monotonic()
        reason = waits_for(run, time.monotonic() - since, supervisor)
        if reason and reason != remarked:
            remark(reason)
            remarked = reason
        time.sleep(POLL_SECONDS)


def waits_for(run: FlowRun, seconds: float, supervisor: RunningSupervisor) -> str:
    """What a run waits for that is in its state for so long; nothing while it goes on as it should."""
    state = run.state
    if state is None:
        return ""
    if state.is_paused():
        return "it waits for people: they answer in the Prefect UI, or with `modelward approvals answer`"
    if seconds > SLOW_SECONDS and state.is_scheduled():
        return supervisor.why_queued(run.work_queue_name or "")
    if seconds > SLOW_SECONDS and state.is_pending():
        return "the worker has taken it, and its process has not begun: `modelward status` says how the worker is"
    return ""


def _answer(client: SyncPrefectClient, run_id: UUID, state: State, supervisor: RunningSupervisor) -> Any:
    """What the run left as its answer. Raises what it failed with, PrefectUnavailableError for an unreadable answer."""
    from prefect.exceptions import PrefectHTTPStatusError

    from tasks.run.store_result import ANSWER

    if not state.is_completed():
        raise failure_of(str(state.name), state.message or "", supervisor.run_page(run_id))
    try:
        return json.loads(client.read_flow_run_input(run_id, ANSWER))
    except (PrefectHTTPStatusError, ValueError) as error:
        raise errors.PrefectUnavailableError(
            f"the run completed, and what it answered cannot be read: {error}".splitlines()[0],
            f"look at {supervisor.run_page(run_id)}",
        ) from error


def failure_of(state: str, message: str, page: str) -> ModelwardError:
    """The error that a run failed with, as this process would have raised it; else that it did not end well."""
    failed = FAILED.fullmatch(message)
    kind = getattr(errors, failed["kind"], None) if failed else None
    if failed and isinstance(kind, type) and issubclass(kind, errors.ModelwardError):
        error: ModelwardError = kind(failed["what"], failed["remedy"] or "")
        return error
    return errors.PrefectUnavailableError(f"the run ended {state}: {message}", f"look at {page}")


def plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as they travel: text, numbers, lists; days and times as ISO 8601."""
    values: dict[str, Any] = json.loads(json.dumps(dict(parameters), default=lambda one: one.isoformat()))
    return values
