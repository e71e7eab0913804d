"""Put a version in service in an emergency: at once, by one person's own code, until others ratify it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from data.errors import PublishError
from data.queries.lookup import reference, version_named
from data.queries.urgent_operations import release_progress
from data.records.approval import ApprovalRequest
from data.records.run_context import RunContext
from data.registry.registry import Registry
from modelward.cli.caller import business_time, identify, prove, require_time
from modelward.cli.options import AsOf, By, CodeFromStdin, Environment, Json, Local, Reason, Slot, VersionName
from modelward.cli.outcomes import show_served
from modelward.cli.terminal import remark, working, written
from modelward.runs.flow_call import Where, call
from modelward.runs.running import prefect_ready
from modelward.runs.running_server import running_supervisor
from tasks.run.business_time import registry_moment
from tasks.run.find_named import use_named

PATIENCE_SECONDS = 180.0
POLL_SECONDS = 0.5


def release(
    version: VersionName,
    reason: Reason,
    use: Annotated[str, typer.Option("--use", help="What it is released for, one of the intended uses.")] = "",
    until: Annotated[
        str,
        typer.Option("--until", metavar="TIME", help="Its end unless ratified; else the standard's."),
    ] = "",
    environment: Environment = "production",
    slot: Slot = "champion",
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Emergency: publish a version before its approvals. It is undone unless ratified in time.

    Your own one-time code is asked. What the standard still demands then must hold, and a version is released so once.
    """
    who, moment = identify(by, as_of), business_time(as_of)
    found = version_named(who.registry, version)
    ends = require_time(until) if until else None
    proof = prove(who.actor.id, code_from_stdin)
    with prefect_ready(by), working(f"releasing {reference(found.version.key)}"):
        from tasks.deploy.open_release import open_release  # noqa: PLC0415 – imports Prefect

        run = RunContext(who.actor, registry_moment(moment), "")
        purpose = use_named(found.version.key, use)
        request = open_release(found.version.key, environment, slot, purpose, reason, ends, proof, run)
    remark(f"opened by {who.actor.id}; it ends on {written(request.expires_at)} UTC unless it is ratified")
    _publish(request, Where(by, local), moment)
    show_served(who.registry, found.version.model, environment, slot, as_json)


def _publish(request: ApprovalRequest, where: Where, moment: datetime | None) -> None:
    """In this process, or at the running server, whose run goes on waiting for the ratification."""
    at_server = not where.local and running_supervisor() is not None
    parameters = {"request": request.key, "as_of": moment}
    try:
        call("release_in_emergency", replace(where, no_wait=at_server), parameters, "publishing it")
    except typer.Exit:
        _await_live(request)


def _await_live(request: ApprovalRequest) -> None:
    """Raises PublishError when the run at the server did not bring it into service."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        progress = release_progress(Registry.here(), request.key)
        if progress.deployment is not None:
            return
        current = progress.request
        if current.state != "pending":
            raise PublishError(f"the release is {current.state}: {current.reason}", "read the page of its run")
        time.sleep(POLL_SECONDS)
    raise PublishError(
        "the running server has not published it yet", "look at its run, or run the command again with --local"
    )
