"""Put a version in service in an emergency: at once, by one person's own code, until others ratify it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelward.cli.options import AsOf, By, CodeFromStdin, Environment, Json, Local, Reason, Slot, VersionName

if TYPE_CHECKING:
    from datetime import datetime

    from data.records.approval import ApprovalRequest
    from modelward.runs.flow_call import Where

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
    from data.queries.lookup import find_version, reference
    from modelward.cli.caller import business_time, prove, require_time, speaker
    from modelward.cli.outcomes import show_served
    from modelward.cli.terminal import remark, working, written
    from modelward.runs.flow_call import Where
    from modelward.runs.running import prefect_ready

    who, moment = speaker(by, as_of), business_time(as_of)
    with who.registry.reading() as state:
        found = find_version(state, version)
    ends = require_time(until) if until else None
    proof = prove(who.actor.id, code_from_stdin)
    with prefect_ready(by), working(f"releasing {reference(found.version.key)}"):
        from data.records.run_context import RunContext
        from tasks.deploy.open_release import open_release
        from tasks.run.business_time import registry_moment
        from tasks.run.find_named import use_named

        run = RunContext(who.actor, registry_moment(moment), "")
        purpose = use_named(found.version.key, use)
        request = open_release(found.version.key, environment, slot, purpose, reason, ends, proof, run)
    remark(f"opened by {who.actor.id}; it ends on {written(request.expires_at)} UTC unless it is ratified")
    _publish(request, Where(by, local), moment)
    show_served(who.registry, found.version.model, environment, slot, as_json)


def _publish(request: ApprovalRequest, where: Where, moment: datetime | None) -> None:
    """In this process, or at the running server, whose run goes on waiting for the ratification."""
    from dataclasses import replace

    from modelward.runs.flow_call import call
    from modelward.runs.running_server import house_in_use

    at_server = not where.local and house_in_use() is not None
    parameters = {"request": request.key, "as_of": moment}
    try:
        call("release_in_emergency", replace(where, no_wait=at_server), parameters, "publishing it")
    except typer.Exit:
        _await_live(request)


def _await_live(request: ApprovalRequest) -> None:
    """Raises PublishError when the run at the server did not bring it into service."""
    import time

    from data.errors import PublishError
    from data.records.approval import ApprovalRequest
    from data.registry.registry import Registry
    from data.registry.rules.emergency import release_of

    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        with Registry.here().reading() as state:
            if release_of(state, request.key) is not None:
                return
            standing = state.need(ApprovalRequest, request.key)
        if standing.state != "pending":
            raise PublishError(f"the release is {standing.state}: {standing.reason}", "read the page of its run")
        time.sleep(POLL_SECONDS)
    raise PublishError(
        "the running server has not published it yet", "look at its run, or run the command again with --local"
    )
