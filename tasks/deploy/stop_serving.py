"""Suspend the version that serves in a slot at once; the new manifest says so and names the fallback."""

from __future__ import annotations

from datetime import timedelta

from data.files.serving import SlotAddress
from data.queries.serving_operations import serving_facts
from data.records.deployment import Operation
from data.records.run_context import RunContext
from data.registry.commands.deployment import BeginOperation, CompleteSuspension
from data.registry.registry import Registry
from gates.standard import oversight_for
from tasks.deploy.carry_out_operation import ServingChange, carry_out
from tasks.run.business_time import moment
from tasks.run.load_standards import in_force
from tasks.run.take_steps import PLAIN_CALLS, Steps


def stop_serving(
    place: SlotAddress,
    reason: str,
    fallback: str,
    run: RunContext,
    leaves: str | None = None,
    steps: Steps = PLAIN_CALLS,
) -> str:
    """Suspend the deployment that serves in a slot; return its key.

    `leaves` is the key of the deployment that must end. Raises InputError when nothing serves, ConflictError when
    `leaves` does not serve. Raises the errors of `carry_out` too.
    """
    model, environment, slot = place.model, place.environment, place.slot
    at = moment(run.as_of)
    facts = serving_facts(Registry.here(), model, environment, slot)
    if facts.last is not None and facts.operation is not None and _is_done(facts.operation, run.run_id):
        return facts.last.key
    oversight = oversight_for(in_force(facts.adopted, facts.model).first, facts.model.tier)
    ratify_by = at + timedelta(hours=oversight.ratify_hours)
    change = ServingChange(
        place=place,
        begin=lambda: BeginOperation(
            model=model,
            kind="suspend",
            environment=environment,
            slot=slot,
            version=None,
            expected_deployment=leaves,
        ),
        act=lambda target: target.suspend(place, fallback, reason, at, run.run_id),
        complete=lambda manifest: CompleteSuspension(
            model=model, manifest_digest=manifest, reason=reason, fallback=fallback, ratify_by=ratify_by
        ),
        acting=f"stop serving in {environment}, fallback: {fallback}",
    )
    return carry_out(change, run, steps).subject


def _is_done(operation: Operation, run_id: str) -> bool:
    return (operation.kind, operation.state) == ("suspend", "done") and operation.run_id == run_id != ""
