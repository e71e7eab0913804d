"""What an urgent operation left: the newest deployment of a slot, what was passed over, and until when to ratify."""

from __future__ import annotations

from data.queries.lookup import reference
from data.queries.rows import rows
from data.records.deployment import Deployment
from data.registry.registry import Registry
from modelward.cli.terminal import say, show_facts, show_json, written


def newest_deployment(registry: Registry, model: str, environment: str, slot: str) -> Deployment | None:
    """The deployment that began last in a slot, whatever became of it."""
    found = rows(registry, Deployment, model=model, environment=environment, slot=slot)
    return found[-1] if found else None


def show_served(registry: Registry, model: str, environment: str, slot: str, as_json: bool) -> None:
    """The newest deployment of a slot, with the versions passed over."""
    deployment = newest_deployment(registry, model, environment, slot)
    if as_json:
        show_json(deployment)
        return
    if deployment is None:
        say(f"nothing ever served as {environment} {slot}")
        return
    show_facts(
        {
            "version": reference(deployment.version),
            "state": deployment.state,
            "where": f"{environment} ({slot})",
            "since": deployment.from_at,
            "until": deployment.to_at,
            "reason": deployment.ended_reason or deployment.reason,
            "ratify by": deployment.ratify_by,
        }
    )
    for passed in deployment.passed_over:
        say(f"passed over {reference(passed['version'])}: {passed['reason']}")
    if deployment.ratify_by is not None and deployment.ratified_by is None:
        name = reference(model)
        say(
            f"→ somebody else ratifies it by {written(deployment.ratify_by)} UTC: `modelward ratify {name} --by PERSON`"
        )
