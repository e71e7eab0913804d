"""Go back to the last version that is still valid, and say which were passed over and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.errors import GateRefusedError, ModelwardError
from data.files.artifacts import ArtifactStore
from data.files.serving import Place, ServingTarget
from data.records.deployment import SlotName
from data.records.model import Model
from data.records.names import short
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.deployment import BeginOperation, CompleteRollback
from data.registry.registry import Registry
from data.registry.rollback import Return, choose_return
from data.registry.rules.operation import deployment_of_run
from gates.standard import oversight_for
from tasks.deploy.carry_out_operation import carry_out
from tasks.run.business_time import moment
from tasks.run.load_standards import standards_of


@task(name="return to last valid version", cache_policy=NO_CACHE, persist_result=False)
def return_version(
    model: str, environment: str, slot: SlotName, reason: str, actor: Actor, as_of: datetime | None, run_id: str
) -> str:
    """Publish the version chosen; answers the new deployment's key.

    Raises GateRefusedError when no version is valid: then serving is suspended instead, by `modelward suspend`.
    """
    return put_back(Place(model, environment, slot), reason, RunContext(actor, as_of, run_id))


def put_back(place: Place, reason: str, run: RunContext, leaves: str | None = None) -> str:
    """The same for a place; `leaves` names the deployment that is to end. Raises ConflictError when another serves."""
    model, environment, slot = place.model, place.environment, place.slot
    registry, at = Registry.here(), moment(run.as_of)
    store = ArtifactStore(registry.home.artifacts)
    with registry.reading() as state:
        done = deployment_of_run(state, model, run.run_id)
        chosen = choose_return(state, model, environment, slot, at, lambda version: missing_bytes(store, version))
        row = state.need(Model, model)
        ratify_by = at + timedelta(hours=oversight_for(standards_of(state, row).first, row.tier).ratify_hours)
    if done is not None:
        return done.key
    version, use = _need_version(chosen, model)

    def act(target: ServingTarget) -> str:
        target.publish(place, version, use, at, run.run_id)
        return target.verify(place, version)

    receipt = carry_out(
        BeginOperation(
            model=model, kind="rollback", environment=environment, slot=slot, version=version.key, leaves=leaves
        ),
        act,
        lambda manifest: CompleteRollback(
            model=model,
            manifest_digest=manifest,
            reason=reason,
            passed_over=chosen.passed_over,
            ratify_by=ratify_by,
        ),
        run,
    )
    return receipt.subject


def missing_bytes(store: ArtifactStore, version: Version) -> str:
    """Why the bytes of a version cannot be had; empty when they are there with their digest."""
    if version.artifact.kind != "file":
        return ""
    try:
        store.verify(version.artifact.digest)
    except ModelwardError as error:
        return error.what
    return ""


def _need_version(chosen: Return, model: str) -> tuple[Version, str]:
    if chosen.version is None or chosen.deployment is None:
        reasons = "\n".join(f"  {short(one['version'])}: {one['reason']}" for one in chosen.passed_over)
        raise GateRefusedError(
            f"no earlier version of {short(model)} is valid for a return\n{reasons}",
            "stop serving with `modelward suspend` and name what takes over",
        )
    return chosen.version, chosen.deployment.use
