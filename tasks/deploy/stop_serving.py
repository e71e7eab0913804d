"""Stop serving at once: the manifest says so and names what takes over."""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.files.serving import Place
from data.records.deployment import Operation, SlotName
from data.records.model import Model
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.deployment import BeginOperation, CompleteSuspension
from data.registry.registry import Registry
from data.registry.rollback import serving_or_last
from gates.standard import oversight_for
from tasks.deploy.carry_out_operation import carry_out
from tasks.run.business_time import moment
from tasks.run.load_standards import standards_of


@task(name="stop serving", cache_policy=NO_CACHE, persist_result=False)
def stop_serving(
    model: str,
    environment: str,
    slot: SlotName,
    reason: str,
    fallback: str,
    actor: Actor,
    as_of: datetime | None,
    run_id: str,
) -> str:
    """Suspend what serves in a slot; answers the deployment's key. Raises IllegalMoveError when nothing serves."""
    return stop(Place(model, environment, slot), reason, fallback, RunContext(actor, as_of, run_id))


def stop(place: Place, reason: str, fallback: str, run: RunContext, leaves: str | None = None) -> str:
    """The same for a place; `leaves` names the deployment that is to end. Raises ConflictError when another serves."""
    model, environment, slot = place.model, place.environment, place.slot
    at = moment(run.as_of)
    with Registry.here().reading() as state:
        row = state.need(Model, model)
        operation, last = state.get(Operation, f"{model}/operation"), serving_or_last(state, model, environment, slot)
        ratify_by = at + timedelta(hours=oversight_for(standards_of(state, row).first, row.tier).ratify_hours)
    if last is not None and operation is not None and _is_done(operation, run.run_id):
        return last.key
    receipt = carry_out(
        BeginOperation(model=model, kind="suspend", environment=environment, slot=slot, version=None, leaves=leaves),
        lambda target: target.suspend(place, fallback, reason, at, run.run_id),
        lambda manifest: CompleteSuspension(
            model=model, manifest_digest=manifest, reason=reason, fallback=fallback, ratify_by=ratify_by
        ),
        run,
    )
    return receipt.subject


def _is_done(operation: Operation, run_id: str) -> bool:
    return (operation.kind, operation.state) == ("suspend", "done") and operation.run_id == run_id != ""
