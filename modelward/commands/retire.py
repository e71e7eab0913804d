"""Retire a version: notices, answers, transition plans, approval, sunset, withdrawal, dossier."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from data.errors import InputError
from data.queries.lookup import reference
from data.queries.named_retirement import retirement_named
from data.queries.rows import row
from data.records.retirement import Retirement
from data.registry.registry import Registry
from modelward.cli.caller import business_time, require_time
from modelward.cli.options import AsOf, By, Json, Local, NoWait, Reason, VersionName
from modelward.cli.terminal import remark, say, show_json
from modelward.runs.flow_call import CallOptions, call


def retire(
    version: VersionName,
    reason: Reason = "",
    sunset: Annotated[str, typer.Option("--sunset", metavar="DAY", help="The day on which it stops serving.")] = "",
    successor: Annotated[str, typer.Option("--successor", metavar="VERSION", help="The version that takes over.")] = "",
    in_force: Annotated[
        str,
        typer.Option("--outputs-in-force", help="Past decisions that remain in effect, and what is done about them."),
    ] = "",
    plan: Annotated[
        list[str] | None,
        typer.Option("--plan", metavar="SYSTEM=DAY TARGET", help="The move of a consumer; repeatable."),
    ] = None,
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Open the retirement of a version, or continue the open one.

    Consumers are notified. `modelward consumers ack` records their answers, `modelward consumers plan` their plans.
    """
    moment, registry = business_time(as_of), Registry.here()
    parameters = {**_parameters(registry, version, reason, sunset, successor), "transition": _transition(plan or [])}
    remark(
        f"retirement of {version}: waits for consumers and approvers; `modelward consumers list` shows who is missing"
    )
    call(
        "retire_model",
        CallOptions(by, local, no_wait, as_json),
        {**parameters, "outputs_in_force": in_force, "as_of": moment},
    )
    _show(registry, parameters["version"], as_json)


def _parameters(registry: Registry, version: str, reason: str, sunset: str, successor: str) -> dict[str, Any]:
    """Return the parameters of the flow; of an open retirement, with its recorded reason, sunset and successor."""
    found = retirement_named(registry, version, successor)
    key, present = found.version.key, found.retirement
    if present is not None:
        reason, sunset_on = present.reason, present.sunset_at.date()
        return {"version": key, "reason": reason, "sunset_on": sunset_on, "successor": present.successor}
    if not reason or not sunset:
        raise InputError("a retirement needs a reason and a sunset day", "add --reason TEXT and --sunset YYYY-MM-DD")
    return {
        "version": key,
        "reason": reason,
        "sunset_on": require_time(sunset).date(),
        "successor": found.successor.key if found.successor else None,
    }


def _transition(lines: list[str]) -> dict[str, str] | None:
    """Return for each system the day and the target of its move; None without plans. Raises InputError."""
    pairs = [line.partition("=") for line in lines]
    broken = next(
        (line for line, (_, equals, where) in zip(lines, pairs, strict=True) if not equals or not where), None
    )
    if broken is not None:
        raise InputError(f"{broken!a} is not a transition plan", "write it as --plan 'SYSTEM=YYYY-MM-DD TARGET'")
    return {system: where for system, _, where in pairs} or None


def _show(registry: Registry, version: str, as_json: bool) -> None:
    retirement = row(registry, Retirement, f"{version}/retirement")
    if as_json:
        show_json(retirement)
        return
    state_now = retirement.state if retirement is not None else "not opened"
    say(f"the retirement of {reference(version)} is {state_now}")
    if state_now != "archived":
        name = reference(version)
        say(f"→ `modelward show {name}` shows what is missing; `modelward retire {name}` continues the retirement")
