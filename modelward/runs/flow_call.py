"""Run a flow for a command: as a run of its deployment on the server of `modelward up`, or in this process.

The run acts for the person who started it. The name of this person is a claim without proof, as the operating-system
user is in this process; a tag of the run says so.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import typer

from data import errors
from data.errors import ModelwardError, SupervisorError
from data.queries.roster import current_person
from data.registry.registry import Registry
from modelward.cli.terminal import remark, show_json, working
from modelward.runs.running import prefect_ready
from modelward.runs.running_server import RunningSupervisor, running_supervisor
from modelward.runs.termination import ending_on_signals

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun, State


POLL_SECONDS = 0.5
SLOW_SECONDS = 15.0
FAILED = re.compile(
    r"Flow run encountered an exception: (?P<kind>\w+Error): (?P<what>.*?)(?:\n  → (?P<remedy>.*))?", re.DOTALL
)


@dataclass(frozen=True)
class CallOptions:
    """The acting person, and where the flow runs: in this process if `local`, else on the server if one runs.

    With `no_wait` the command ends once the server has the run, and prints it as JSON if `as_json`.
    """

    by: str = ""
    local: bool = False
    no_wait: bool = False
    as_json: bool = False


def call(flow: str, options: CallOptions, parameters: Mapping[str, Any], doing: str = "") -> Any:
    """Run a flow and return its result: the object itself from this process, JSON values from the server.

    Raises the errors of the flow. With `no_wait`, ends the command as soon as the run is created. `doing` is shown
    meanwhile on the terminal.
    """
    supervisor = None if options.local else running_supervisor()
    progress = working(doing) if doing else nullcontext()
    with prefect_ready(options.by):
        if supervisor is not None:
            return _on_server(supervisor, flow, options, parameters, progress)
        with progress, ending_on_signals():
            function = getattr(import_module(f"flows.{flow}"), flow)
            return function(**parameters)


def actor_of(by: str) -> str:
    """Return the person that the run acts for: `by`, or else the person of this operating-system user."""
    if by:
        return by
    return current_person(Registry.here()).id


def _on_server(
    supervisor: RunningSupervisor,
    flow: str,
    options: CallOptions,
    parameters: Mapping[str, Any],
    progress: AbstractContextManager[None],
) -> Any:
    from prefect.client.orchestration import get_client

    actor = actor_of(options.by)
    with get_client(sync_client=True) as client:
        run = client.create_flow_run_from_deployment(
            _deployment(client, flow.replace("_", "-")),
            parameters=plain(parameters),
            tags=[f"asked by {actor}, unproven"],
            job_variables={"env": {"MODELWARD_ACTOR": actor}},
            idempotency_key=f"{flow}-{uuid4()}",
        )
        remark(f"the running server has the run: {supervisor.run_page(run.id)}")
        if options.no_wait:
            if options.as_json:
                show_json(how_to_follow(flow, run.id, supervisor))
            raise typer.Exit(0)
        try:
            with progress:
                state = _follow(client, run.id, supervisor)
        except KeyboardInterrupt:
            remark("the run continues on the server; to stop it, cancel it in the Prefect UI")
            raise
        return _result(client, run.id, state, supervisor)


def how_to_follow(flow: str, run_id: UUID, supervisor: RunningSupervisor) -> dict[str, str]:
    """Return a run for a program: its id, its page for people, and the address that gives its state as JSON."""
    return {
        "run": str(run_id),
        "flow": flow,
        "page": supervisor.run_page(run_id),
        "api": f"{supervisor.api_url}/flow_runs/{run_id}",
        "follow": f"PREFECT_API_URL={supervisor.api_url} prefect flow-run inspect {run_id}",
    }


def _deployment(client: SyncPrefectClient, name: str) -> UUID:
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName

    by_name = DeploymentFilter(name=DeploymentFilterName(any_=[name]))
    found = client.read_deployments(deployment_filter=by_name)
    if not found:
        raise SupervisorError(
            f"the running server has no deployment {name}", "run `modelward down`, then `modelward up`"
        )
    return found[0].id


def _follow(client: SyncPrefectClient, run_id: UUID, supervisor: RunningSupervisor) -> State:
    """Return the final state of a run; until then, print what the run waits for."""
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
    """Return what a run waits for after `seconds` in its present state; an empty text while it progresses."""
    state = run.state
    if state is None:
        return ""
    if state.is_paused():
        return "the run waits for people, who answer in the Prefect UI or with `modelward approvals answer`"
    if seconds > SLOW_SECONDS and state.is_scheduled():
        return supervisor.why_queued(run.work_queue_name or "")
    if seconds > SLOW_SECONDS and state.is_pending():
        return "the worker has the run, but its process has not started: check the worker with `modelward status`"
    return ""


def _result(client: SyncPrefectClient, run_id: UUID, state: State, supervisor: RunningSupervisor) -> Any:
    """Return the stored result of a run. Raises the error it failed with; PrefectUnavailableError without a result."""
    from prefect.exceptions import PrefectHTTPStatusError

    from tasks.run.store_result import ANSWER

    if not state.is_completed():
        raise failure_of(str(state.name), state.message or "", supervisor.run_page(run_id))
    try:
        return json.loads(client.read_flow_run_input(run_id, ANSWER))
    except (PrefectHTTPStatusError, ValueError) as error:
        raise errors.PrefectUnavailableError(
            f"the run completed, but its result cannot be read: {error}".splitlines()[0],
            f"open {supervisor.run_page(run_id)}",
        ) from error


def failure_of(state: str, message: str, page: str) -> ModelwardError:
    """Return the error with which a run failed, as raised in this process, or else a PrefectUnavailableError."""
    failed = FAILED.fullmatch(message)
    kind = getattr(errors, failed["kind"], None) if failed else None
    if failed and isinstance(kind, type) and issubclass(kind, errors.ModelwardError):
        error: ModelwardError = kind(failed["what"], failed["remedy"] or "")
        return error
    return errors.PrefectUnavailableError(f"the run ended as {state}: {message}", f"open {page}")


def plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Convert parameters to JSON values, with days and times in ISO 8601."""
    values: dict[str, Any] = json.loads(json.dumps(dict(parameters), default=lambda one: one.isoformat()))
    return values
