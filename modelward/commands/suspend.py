"""Stop serving a model at once."""

from __future__ import annotations

from typing import Annotated

import typer

from modelward.options import AsOf, By, Environment, Json, ModelName, Reason, Slot


def suspend(
    model: ModelName,
    reason: Reason,
    fallback: Annotated[str, typer.Option("--fallback", help="What takes over: a rule, a person, another system.")],
    environment: Environment = "production",
    slot: Slot = "champion",
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Take a model out of service at once and name what takes over; must be ratified in time."""
    from data.lookup import find_model
    from data.registry import Registry
    from modelward.outcomes import show_served
    from modelward.running import prefect_ready
    from modelward.speaking import business_time
    from modelward.terminal import working

    moment, registry = business_time(as_of), Registry.here()
    with registry.reading() as state:
        key = find_model(state, model).key
    with prefect_ready(by), working(f"suspending {model}"):
        from flows.suspend_model import suspend_model

        suspend_model(key, reason, fallback, environment=environment, slot=slot, as_of=moment)
    show_served(registry, key, environment, slot, as_json)
