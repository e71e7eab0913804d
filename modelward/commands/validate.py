"""Judge a version by its standards, and ask an independent validator for a conclusion."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from data.queries.lookup import reference, version_named
from data.records.verdict import Judgement
from data.registry.registry import Registry
from modelward.cli.caller import business_time
from modelward.cli.options import AsOf, By, EnvironmentOption, Json, Local, NoWait, VersionName
from modelward.cli.terminal import remark, say, show_json, working
from modelward.cli.verdicts import show_judgements
from modelward.runs.flow_call import CallOptions, call
from modelward.runs.running import prefect_ready


def validate(
    version: VersionName,
    environment: EnvironmentOption = "production",
    use: Annotated[str, typer.Option("--use", help="The intended use, if there are several.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Show the verdicts; record nothing.")] = False,
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Judge a version by every gate of its standards, and ask a validator if one is required.

    Exit code 1: a gate did not pass.
    """
    registry, moment = Registry.here(), business_time(as_of)
    found = version_named(registry, version)
    remark(found.label)
    if preview:
        with prefect_ready(by), working(f"previewing the gates for {found.label}"):
            judgements = _preview(found.version.key, environment, use, moment)
        _show(judgements, as_json)
        return
    remark("if the standard requires a validator, this waits: `modelward approvals list`, `modelward approvals answer`")
    parameters = {"version": found.version.key, "environment": environment, "use": use, "as_of": moment}
    outcome = call("validate_model", CallOptions(by, local, no_wait, as_json), parameters)
    if as_json:
        show_json({"version": found.version.key, "review_state": outcome})
        return
    say(f"{reference(found.version.key)} is {outcome}")


def _preview(version: str, environment: str, use: str, moment: datetime | None) -> tuple[Judgement, ...]:
    from tasks.validate.preview_version import preview_version  # noqa: PLC0415 – imports Prefect

    return preview_version(version, environment, use, moment)


def _show(judgements: tuple[Judgement, ...], as_json: bool) -> None:
    cleared = all(one.cleared for one in judgements)
    if as_json:
        show_json({"cleared": cleared, "judgements": list(judgements)})
    else:
        show_judgements(judgements)
        say("every gate is cleared" if cleared else "not every gate is cleared; nothing was recorded")
    raise typer.Exit(0 if cleared else 1)
