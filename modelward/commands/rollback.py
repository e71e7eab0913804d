"""Roll a model back to the last version that is still valid."""

from __future__ import annotations

from data.queries.lookup import model_named
from data.registry.registry import Registry
from modelward.cli.caller import business_time
from modelward.cli.options import AsOf, By, EnvironmentOption, Json, Local, ModelName, NoWait, Reason, SlotOption
from modelward.cli.outcomes import show_served
from modelward.runs.flow_call import CallOptions, call


def rollback(
    model: ModelName,
    reason: Reason,
    environment: EnvironmentOption = "production",
    slot: SlotOption = "champion",
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Return to the last version that is still valid. Prints which were skipped, and why.

    The rollback takes effect at once and must be ratified in time: `modelward ratify`.
    """
    moment, registry = business_time(as_of), Registry.here()
    key = model_named(registry, model).key
    parameters = {"model": key, "reason": reason, "environment": environment, "slot": slot, "as_of": moment}
    call("rollback_model", CallOptions(by, local, no_wait, as_json), parameters, f"rolling {model} back")
    show_served(registry, key, environment, slot, as_json)
