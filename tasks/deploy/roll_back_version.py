"""Roll back to the last version that is still valid, and record why later ones were skipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.errors import GateRefusedError, ModelwardError
from data.files.artifacts import ArtifactStore
from data.files.serving import SlotAddress
from data.queries.serving_operations import RollbackTarget, deployment_by, return_choice
from data.records.names import short
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.deployment import BeginOperation, CompleteRollback
from data.registry.registry import Registry
from gates.standard import oversight_for
from tasks.deploy.carry_out_operation import ServingChange, carry_out
from tasks.run.business_time import moment
from tasks.run.load_standards import in_force
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step


@dataclass(frozen=True)
class RollbackChoice:
    """The version to roll back to with its use, the versions skipped, and the time by which people must ratify."""

    version: Version
    use: str
    passed_over: tuple[dict[str, str], ...]
    ratify_by: datetime


def roll_back(
    place: SlotAddress, reason: str, run: RunContext, leaves: str | None = None, steps: Steps = PLAIN_CALLS
) -> str:
    """Serve the last valid version of a slot again; return the key of the new deployment.

    `leaves` is the key of the deployment that must end. Raises GateRefusedError when no earlier version is valid;
    serving can then be stopped by `modelward suspend`. Raises ConflictError when another deployment serves than
    `leaves`.
    """
    done = deployment_by(Registry.here(), place.model, run.run_id)
    if done is not None:
        return done.key
    chosen = steps.take(choose_version, place, run)
    return carry_out(_change(place, chosen, reason, run, leaves), run, steps).subject


@step("choose version")
def choose_version(place: SlotAddress, run: RunContext) -> RollbackChoice:
    """Return the last version that is still valid. Raises GateRefusedError with a reason for each if there is none."""
    name_step("choose the version to return to", model=place.model)
    registry, at = Registry.here(), moment(run.as_of)
    store = ArtifactStore(registry.home.artifacts)
    choice = return_choice(
        registry, place.model, place.environment, place.slot, at, lambda version: missing_bytes(store, version)
    )
    oversight = oversight_for(in_force(choice.adopted, choice.model).first, choice.model.tier)
    version, use = _require_version(choice.chosen, place.model)
    name_step(f"choose the version to return to: v{version.number}", version=version.key)
    ratify_by = at + timedelta(hours=oversight.ratify_hours)
    return RollbackChoice(version, use, choice.chosen.passed_over, ratify_by)


def _change(
    place: SlotAddress, chosen: RollbackChoice, reason: str, run: RunContext, leaves: str | None
) -> ServingChange:
    version, model, at = chosen.version, place.model, moment(run.as_of)
    return ServingChange(
        place=place,
        begin=lambda: BeginOperation(
            model=model,
            kind="rollback",
            environment=place.environment,
            slot=place.slot,
            version=version.key,
            expected_deployment=leaves,
        ),
        act=lambda target: target.publish(place, version, chosen.use, at, run.run_id),
        verify=lambda target: target.verify(place, version),
        complete=lambda manifest: CompleteRollback(
            model=model,
            manifest_digest=manifest,
            reason=reason,
            passed_over=chosen.passed_over,
            ratify_by=chosen.ratify_by,
        ),
        acting=f"publish v{version.number} to {place.environment}",
    )


def missing_bytes(store: ArtifactStore, version: Version) -> str:
    """Return why the bytes of a version cannot be used; empty when they are present and match their digest."""
    if version.artifact.kind != "file":
        return ""
    try:
        store.verify(version.artifact.digest)
    except ModelwardError as error:
        return error.what
    return ""


def _require_version(chosen: RollbackTarget, model: str) -> tuple[Version, str]:
    if chosen.version is None or chosen.deployment is None:
        reasons = "\n".join(f"  {short(one['version'])}: {one['reason']}" for one in chosen.passed_over)
        raise GateRefusedError(
            f"no earlier version of {short(model)} is valid for a rollback\n{reasons}",
            "stop serving with `modelward suspend` and name a fallback",
        )
    return chosen.version, chosen.deployment.use
