"""Take a model out of service at once."""

from __future__ import annotations

from typing import Annotated

import typer

from data.queries.lookup import model_named
from data.registry.registry import Registry
from modelward.cli.caller import business_time
from modelward.cli.options import AsOf, By, EnvironmentOption, Json, Local, ModelName, NoWait, Reason, SlotOption
from modelward.cli.outcomes import show_served
from modelward.runs.flow_call import CallOptions, call


def suspend(
    model: ModelName,
    reason: Reason,
    fallback: Annotated[str, typer.Option("--fallback", help="What takes over: a rule, a person, another system.")],
    environment: EnvironmentOption = "production",
    slot: SlotOption = "champion",
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Take a model out of service now, with a fallback. The suspension must be ratified in time."""
    moment, registry = business_time(as_of), Registry.here()
    key = model_named(registry, model).key
    parameters = {
        "model": key,
        "reason": reason,
        "fallback": fallback,
        "environment": environment,
        "slot": slot,
        "as_of": moment,
    }
    call("suspend_model", CallOptions(by, local, no_wait, as_json), parameters, f"suspending {model}")
    show_served(registry, key, environment, slot, as_json)
