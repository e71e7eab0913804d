"""Publish a version in an emergency, by one person's one-time code; other people must ratify it."""

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
from modelward.cli.options import (
    AsOf,
    By,
    CodeFromStdin,
    EnvironmentOption,
    Json,
    Local,
    Reason,
    SlotOption,
    VersionName,
)
from modelward.cli.outcomes import show_served
from modelward.cli.terminal import as_text, remark, working
from modelward.runs.flow_call import CallOptions, call
from modelward.runs.running import prefect_ready
from modelward.runs.running_server import running_supervisor
from tasks.run.business_time import registry_moment
from tasks.run.find_named import use_named

PATIENCE_SECONDS = 180.0
POLL_SECONDS = 0.5


def release(
    version: VersionName,
    reason: Reason,
    use: Annotated[str, typer.Option("--use", help="One of the intended uses, for which it is released.")] = "",
    until: Annotated[
        str,
        typer.Option(
            "--until",
            metavar="TIME",
            help="The end of the release if nobody ratifies it; by default the latest allowed.",
        ),
    ] = "",
    environment: EnvironmentOption = "production",
    slot: SlotOption = "champion",
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Emergency: publish a version before its approvals. It is undone unless ratified in time.

    You confirm with your one-time code. The controls of stage `emergency` must be cleared. Once for each version.
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
    remark(
        f"the release was opened by {who.actor.id}; it ends on {as_text(request.expires_at)} UTC unless it is ratified"
    )
    _publish(request, CallOptions(by, local), moment)
    show_served(who.registry, found.version.model, environment, slot, as_json)


def _publish(request: ApprovalRequest, options: CallOptions, moment: datetime | None) -> None:
    """Publish in this process, or by a run on the running server, which then waits for the ratification."""
    on_server = not options.local and running_supervisor() is not None
    parameters = {"request": request.key, "as_of": moment}
    try:
        call("release_in_emergency", replace(options, no_wait=on_server), parameters, "publishing the version")
    except typer.Exit:
        _await_live(request)


def _await_live(request: ApprovalRequest) -> None:
    """Wait until the version serves. Raises PublishError when the run on the server does not publish it."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        progress = release_progress(Registry.here(), request.key)
        if progress.deployment is not None:
            return
        current = progress.request
        if current.state != "pending":
            raise PublishError(
                f"the release is {current.state}: {current.reason}", "read the page of its run in the Prefect UI"
            )
        time.sleep(POLL_SECONDS)
    raise PublishError(
        f"the running server did not publish the version within {PATIENCE_SECONDS:.0f} s",
        "read the page of its run in the Prefect UI, or run the command again with --local",
    )
