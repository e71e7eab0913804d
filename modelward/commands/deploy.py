"""Publish a version in a slot after people have approved it."""

from __future__ import annotations

from typing import Annotated

import typer

from data.queries.lookup import reference, version_named
from data.registry.registry import Registry
from modelward.cli.caller import business_time
from modelward.cli.options import AsOf, By, EnvironmentOption, Json, Local, NoWait, SlotOption, VersionName
from modelward.cli.terminal import remark, say, show_json
from modelward.runs.flow_call import CallOptions, call
from tasks.run.find_named import use_named


def deploy(
    version: VersionName,
    use: Annotated[str, typer.Option("--use", help="One of the intended uses, for which it is deployed.")] = "",
    environment: EnvironmentOption = "production",
    slot: SlotOption = "champion",
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Ask for the required approvals, then publish the version and verify what is published.

    The command waits for people, who use `modelward approvals list` and `modelward approvals answer`.
    """
    moment = business_time(as_of)
    found = version_named(Registry.here(), version)
    purpose = use_named(found.version.key, use)
    remark(f"{found.label} to {environment} ({slot}) for: {purpose}")
    remark("this waits until people have decided: `modelward approvals list`, `modelward approvals answer`")
    parameters = {
        "version": found.version.key,
        "use": purpose,
        "environment": environment,
        "slot": slot,
        "as_of": moment,
    }
    deployment = call("deploy_model", CallOptions(by, local, no_wait, as_json), parameters)
    if as_json:
        show_json({"version": found.version.key, "deployment": deployment, "environment": environment, "slot": slot})
        return
    say(f"{reference(found.version.key)} serves in {environment} ({slot})")
