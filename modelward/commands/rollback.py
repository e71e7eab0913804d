"""Return to the last version that is still valid."""

from __future__ import annotations

from modelward.options import AsOf, By, Environment, Json, ModelName, Reason, Slot


def rollback(
    model: ModelName,
    reason: Reason,
    environment: Environment = "production",
    slot: Slot = "champion",
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Put the last version that is still valid back in service; says which were passed over and why.

    It acts at once and must be ratified in time: `modelward ratify`.
    """
    from data.lookup import find_model
    from data.registry import Registry
    from modelward.outcomes import show_served
    from modelward.running import prefect_ready
    from modelward.speaking import business_time
    from modelward.terminal import working

    moment, registry = business_time(as_of), Registry.here()
    with registry.reading() as state:
        key = find_model(state, model).key
    with prefect_ready(by), working(f"rolling {model} back"):
        from flows.rollback_model import rollback_model

        rollback_model(key, reason, environment=environment, slot=slot, as_of=moment)
    show_served(registry, key, environment, slot, as_json)
