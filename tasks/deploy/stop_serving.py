"""Stop serving at once: the manifest says so and names what takes over."""

from __future__ import annotations

from datetime import timedelta

from data.files.serving import Place
from data.records.deployment import Operation
from data.records.model import Model
from data.records.run_context import RunContext
from data.registry.commands.deployment import BeginOperation, CompleteSuspension
from data.registry.registry import Registry
from data.registry.rollback import serving_or_last
from gates.standard import oversight_for
from tasks.deploy.carry_out_operation import ServingChange, carry_out
from tasks.run.business_time import moment
from tasks.run.load_standards import standards_of
from tasks.run.take_steps import PLAIN_CALLS, Steps


def stop(
    place: Place, reason: str, fallback: str, run: RunContext, leaves: str | None = None, steps: Steps = PLAIN_CALLS
) -> str:
    """Suspend what serves in a place; answers the deployment's key.

    `leaves` names the deployment that must end. Raises IllegalMoveError when nothing serves, ConflictError when another
    deployment serves.
    """
    model, environment, slot = place.model, place.environment, place.slot
    at = moment(run.as_of)
    with Registry.here().reading() as state:
        row = state.need(Model, model)
        operation, last = state.get(Operation, f"{model}/operation"), serving_or_last(state, model, environment, slot)
        ratify_by = at + timedelta(hours=oversight_for(standards_of(state, row).first, row.tier).ratify_hours)
    if last is not None and operation is not None and _is_done(operation, run.run_id):
        return last.key
    change = ServingChange(
        place=place,
        begin=lambda: BeginOperation(
            model=model, kind="suspend", environment=environment, slot=slot, version=None, leaves=leaves
        ),
        act=lambda target: target.suspend(place, fallback, reason, at, run.run_id),
        complete=lambda manifest: CompleteSuspension(
            model=model, manifest_digest=manifest, reason=reason, fallback=fallback, ratify_by=ratify_by
        ),
        acting=f"stop serving in {environment}, name the fallback",
    )
    return carry_out(change, run, steps).subject


def _is_done(operation: Operation, run_id: str) -> bool:
    return (operation.kind, operation.state) == ("suspend", "done") and operation.run_id == run_id != ""
