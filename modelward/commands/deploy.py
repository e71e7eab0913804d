"""Bring a version into a slot, once people have approved it."""

from __future__ import annotations

from typing import Annotated

import typer

from modelward.options import AsOf, By, Environment, Json, Slot, VersionName


def deploy(
    version: VersionName,
    use: Annotated[str, typer.Option("--use", help="What it is deployed for, one of the intended uses.")] = "",
    environment: Environment = "production",
    slot: Slot = "champion",
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Ask for the approvals that the standard demands, then publish the version and verify what is published.

    It waits for people: they look at `modelward approvals list` and answer with `modelward approvals answer`.
    """
    from data.lookup import find_version, reference
    from data.records.model import Model
    from data.registry import Registry
    from modelward.running import prefect_ready
    from modelward.speaking import business_time
    from modelward.terminal import remark, say, show_json

    moment = business_time(as_of)
    with Registry.here().reading() as state:
        found = find_version(state, version)
        purpose = use or _only_use(state.need(Model, found.version.model))
    remark(f"{found.said} to {environment} ({slot}) for: {purpose}")
    remark("this waits until people decided: `modelward approvals list`, `modelward approvals answer`")
    with prefect_ready(by):
        from flows.deploy_model import deploy_model

        deployment = deploy_model(found.version.key, purpose, environment, slot, moment)
    if as_json:
        show_json({"version": found.version.key, "deployment": deployment, "environment": environment, "slot": slot})
        return
    say(f"{reference(found.version.key)} serves in {environment} ({slot})")


def _only_use(model: object) -> str:
    from data.errors import InputError
    from data.records.model import Model
    from data.records.names import short

    assert isinstance(model, Model)
    if len(model.intended_uses) == 1:
        return model.intended_uses[0]
    listed = "; ".join(model.intended_uses)
    raise InputError(f"{short(model.key)} is intended for more than one use: {listed}", "add --use with the one meant")
