"""Show the result of an urgent operation: the latest deployment of a slot, and the deadline for its ratification."""

from __future__ import annotations

from data.queries.lookup import reference
from data.queries.rows import rows
from data.records.deployment import Deployment
from data.registry.registry import Registry
from modelward.cli.terminal import as_text, say, show_facts, show_json


def latest_deployment(registry: Registry, model: str, environment: str, slot: str) -> Deployment | None:
    """Return the deployment that began last in a slot, in any state; None if there was never one."""
    found = rows(registry, Deployment, model=model, environment=environment, slot=slot)
    return found[-1] if found else None


def show_served(registry: Registry, model: str, environment: str, slot: str, as_json: bool) -> None:
    """Print the latest deployment of a slot, the versions that were skipped for it, and who must ratify it."""
    deployment = latest_deployment(registry, model, environment, slot)
    if as_json:
        show_json(deployment)
        return
    if deployment is None:
        say(f"no version has ever served as {slot} in {environment}")
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
        say(f"skipped {reference(passed['version'])}: {passed['reason']}")
    if deployment.ratify_by is not None and deployment.ratified_by is None:
        command = f"`modelward ratify {reference(model)} --by PERSON`"
        say(f"→ another person must ratify it by {as_text(deployment.ratify_by)} UTC: {command}")
