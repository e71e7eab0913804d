"""Judge the commands that complete an operation, and the ratification of a rollback or suspension.

Each completion is one event: the former deployment ends, a new one begins (after a deployment or rollback), the slot
refers to what serves now, and the operation is done. A run that completes its operation again gets the same receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data.errors import IllegalMoveError, InputError, RequestClosedError
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, DeploymentState, Operation, Slot
from data.records.events import EventType
from data.records.instant import in_utc
from data.records.monitoring import Incident
from data.records.names import short, slot_key
from data.records.row import Row
from data.records.version import Version
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.deployment import (
    CompleteDeployment,
    CompleteRollback,
    CompleteSuspension,
    CompleteWithdrawal,
    RatifyDeployment,
)
from data.registry.lifecycle import check_deployment_move
from data.registry.purposes import purpose_of
from data.registry.rollback import last_served, serving_or_last
from data.registry.rules import emergency
from data.registry.rules.incident import new_incident, require_other_signer
from data.registry.rules.operation import require_approved, require_operation
from data.registry.rules.proof import deputy_data
from data.registry.state import State


def complete_deployment(state: State, command: CompleteDeployment, context: Context) -> CommandResult:
    """Record that an approved version serves; the former deployment of the slot is superseded.

    The approval, or the open request of an emergency release, must still be valid.
    """
    event = EventType.DEPLOYMENT_COMPLETED
    if done := _completed(state, command.model, "deploy", context):
        return CommandResult(event, done[0].key, done, unchanged=True)
    operation = require_operation(state, command.model, context, "deploy")
    version = state.need(Version, operation.version or "")
    request = state.need(ApprovalRequest, operation.request or "")
    released = purpose_of(request).serves_before_votes
    if released:
        emergency.require_open(request, context)
        emergency.require_releasable(state, version)
    else:
        require_approved(version, context)
    former = _serving(state, operation)
    urgent = {"reason": request.reason, "ratify_by": request.expires_at} if released else {}
    deployment = _new_deployment(state, operation, context, use=request.use, request=request.key, **urgent)
    ended = _ended(state, former, "superseded", f"superseded by {short(version.key)}", context)
    slot = _slot(state, operation, deployment, command.manifest_digest)
    rows = (
        deployment,
        *ended,
        slot,
        _done(operation, context),
        *_opened_incident(state, operation, deployment, context),
    )
    refs = {"artifact": version.artifact.digest if version.artifact.kind == "file" else None}
    return CommandResult(
        event, deployment.key, rows, _event_data(operation, command.manifest_digest, deployment.reason), refs
    )


def complete_rollback(state: State, command: CompleteRollback, context: Context) -> CommandResult:
    """Record that an earlier version serves again, under its former approval; an incident blocks the other version."""
    event = EventType.DEPLOYMENT_ROLLED_BACK
    if done := _completed(state, command.model, "rollback", context):
        return CommandResult(event, done[0].key, done, unchanged=True)
    operation = require_operation(state, command.model, context, "rollback")
    version = state.need(Version, operation.version or "")
    require_approved(version, context)
    place = (operation.model, operation.environment, operation.slot)
    left, former = serving_or_last(state, *place), last_served(state, *place, version.key)
    if left is None or former is None:
        raise IllegalMoveError(
            f"{short(version.key)} never served as {operation.environment} {operation.slot}",
            "run `modelward reconcile` to undo the operation",
        )
    deployment = _new_deployment(
        state,
        operation,
        context,
        use=former.use,
        request=former.request,
        rollback_of=left.key,
        reason=command.reason,
        passed_over=command.passed_over,
        ratify_by=_ratification(command.ratify_by, context),
    )
    title = f"{short(left.version)} was rolled back to {short(version.key)}: {command.reason}"
    incident = new_incident(state, operation, left.version, "rollback", title, context, deployment.key)
    ended = _ended(state, _serving(state, operation), "rolled_back", command.reason, context)
    slot = _slot(state, operation, deployment, command.manifest_digest)
    rows = (deployment, *ended, slot, _done(operation, context), incident)
    return CommandResult(event, deployment.key, rows, _event_data(operation, command.manifest_digest, command.reason))


def complete_suspension(state: State, command: CompleteSuspension, context: Context) -> CommandResult:
    """Record that a version no longer serves; an incident blocks the version until a person resolves the incident."""
    event = EventType.DEPLOYMENT_SUSPENDED
    if done := _completed(state, command.model, "suspend", context):
        return CommandResult(event, done[0].key, done, unchanged=True)
    operation = require_operation(state, command.model, context, "suspend")
    reason = f"{command.reason}; fallback: {command.fallback}"
    ratify_by = _ratification(command.ratify_by, context)
    former = _require_serving(state, operation)
    ended = _ended(state, former, "suspended", reason, context, ratify_by=ratify_by, ratified_by=None)
    title = f"{short(former.version)} was suspended: {reason}"
    incident = new_incident(state, operation, former.version, "suspension", title, context, former.key)
    slot = _slot(state, operation, None, command.manifest_digest)
    data = {**_event_data(operation, command.manifest_digest, command.reason), "fallback": command.fallback}
    return CommandResult(event, former.key, (*ended, slot, _done(operation, context), incident), data)


def complete_withdrawal(state: State, command: CompleteWithdrawal, context: Context) -> CommandResult:
    """Record that a version whose retirement is quiet no longer serves in a slot."""
    event = EventType.DEPLOYMENT_ENDED
    if done := _completed(state, command.model, "withdraw", context):
        return CommandResult(event, done[0].key, done, unchanged=True)
    operation = require_operation(state, command.model, context, "withdraw")
    former = _require_serving(state, operation)
    ended = _ended(state, former, "ended", command.reason, context)
    slot = _slot(state, operation, None, command.manifest_digest)
    data = _event_data(operation, command.manifest_digest, command.reason)
    return CommandResult(event, former.key, (*ended, slot, _done(operation, context)), data)


def ratify_deployment(state: State, command: RatifyDeployment, context: Context) -> CommandResult:
    """Record that an owner or approver, who did not do it, ratifies a rollback or suspension in time."""
    deployment = state.need(Deployment, command.key)
    name = f"the rollback or suspension of {short(deployment.version)}"
    if deployment.ratify_by is None:
        raise IllegalMoveError(
            f"the deployment of {short(deployment.version)} needs no ratification",
            "ratify a rollback, a suspension or an emergency release only",
        )
    _check_no_release(state, deployment)
    if deployment.ratified_by is not None:
        raise IllegalMoveError(
            f"{name} was ratified by {deployment.ratified_by} already", "leave it: one ratification is sufficient"
        )
    if deployment.ratify_by < context.now:
        raise RequestClosedError(
            f"{name} could be ratified until {deployment.ratify_by:%Y-%m-%d %H:%M} UTC",
            "resolve its incident with `modelward incidents resolve` after it has escalated",
        )
    incident = state.find(Incident, deployment=deployment.key)[-1]
    proven = require_other_signer(state, command.proof, incident, deployment.environment, context)
    rows: list[Row] = [deployment.changed(ratified_by=proven.actor.id), *proven.rows]
    if incident.state == "open":
        rows.append(incident.changed(state="acknowledged"))
    data = deputy_data(proven.deputy_of)
    return CommandResult(EventType.DEPLOYMENT_RATIFIED, deployment.key, tuple(rows), data, actor=proven.actor)


def _check_no_release(state: State, deployment: Deployment) -> None:
    request = state.get(ApprovalRequest, deployment.request) if deployment.request else None
    if request is not None and purpose_of(request).serves_before_votes and deployment.state == "deployed":
        raise IllegalMoveError(
            f"the emergency release of {short(deployment.version)} can be ratified only by votes, in the roles that "
            "its standard requires",
            "vote with `modelward ratify`, or in the form of its run",
        )


def _opened_incident(
    state: State, operation: Operation, deployment: Deployment, context: Context
) -> tuple[Incident, ...]:
    """Return the incident that an emergency release opens; the result is empty for other deployments."""
    if deployment.ratify_by is None:
        return ()
    title = f"{short(deployment.version)} went live in an emergency: {deployment.reason}"
    return (new_incident(state, operation, deployment.version, "emergency", title, context, deployment.key),)


def _completed(state: State, model: str, kind: str, context: Context) -> tuple[Row, ...]:
    """Return deployment and operation if this run completed an operation of this kind already; otherwise nothing."""
    operation = state.get(Operation, f"{model}/operation")
    if operation is None or operation.state != "done" or not context.run_id:
        return ()
    if (operation.kind, operation.run_id) != (kind, context.run_id):
        return ()
    deployment = serving_or_last(state, model, operation.environment, operation.slot)
    return (deployment, operation) if deployment is not None else ()


def _serving(state: State, operation: Operation) -> Deployment | None:
    slot = state.get(Slot, slot_key(operation.model, operation.environment, operation.slot))
    return state.need(Deployment, slot.deployment) if slot is not None and slot.deployment else None


def _require_serving(state: State, operation: Operation) -> Deployment:
    former = _serving(state, operation)
    if former is None:
        raise IllegalMoveError(
            f"nothing serves as {operation.environment} {operation.slot} of {short(operation.model)}",
            "run `modelward reconcile` to undo the operation",
        )
    return former


def _new_deployment(state: State, operation: Operation, context: Context, **values: Any) -> Deployment:
    key, _ = state.next_key(Deployment, f"{operation.model}/deployments")
    return Deployment(
        key=key,
        model=operation.model,
        version=operation.version or "",
        environment=operation.environment,
        slot=operation.slot,
        state="deployed",
        from_at=context.now,
        run_id=operation.run_id,
        **values,
    )


def _ended(
    state: State, former: Deployment | None, to: DeploymentState, reason: str, context: Context, **values: Any
) -> tuple[Row, ...]:
    """Return the former deployment with its end, and its ratification request, withdrawn, if that was still pending.

    The result is empty when nothing served.
    """
    if former is None:
        return ()
    check_deployment_move(former.key, former.state, to)
    ended = former.changed(state=to, to_at=context.now, ended_reason=reason, **values)
    return (ended, *emergency.withdraw_ratification(state, former, reason, context))


def _slot(state: State, operation: Operation, deployment: Deployment | None, manifest_digest: str) -> Slot:
    key = slot_key(operation.model, operation.environment, operation.slot)
    values = {
        "deployment": deployment.key if deployment else None,
        "version": deployment.version if deployment else None,
        "manifest_digest": manifest_digest,
    }
    known = state.get(Slot, key)
    if known is not None:
        return known.changed(**values)
    place = {"model": operation.model, "environment": operation.environment, "slot": operation.slot}
    return Slot.model_validate({"key": key, **place, **values})


def _done(operation: Operation, context: Context) -> Operation:
    return operation.changed(state="done", ended_at=context.now)


def _ratification(ratify_by: datetime, context: Context) -> datetime:
    if in_utc(ratify_by) <= context.now:
        raise InputError("the end of the time for ratification must be in the future", "choose a later time")
    return in_utc(ratify_by)


def _event_data(operation: Operation, manifest_digest: str, reason: str = "") -> dict[str, Any]:
    values = {"environment": operation.environment, "slot": operation.slot, "manifest": manifest_digest}
    return {**values, "version": operation.version, "former": operation.former_version, "reason": reason}


RULES: Mapping[type[Command], Rule] = {
    CompleteDeployment: complete_deployment,
    CompleteRollback: complete_rollback,
    CompleteSuspension: complete_suspension,
    CompleteWithdrawal: complete_withdrawal,
    RatifyDeployment: ratify_deployment,
}
