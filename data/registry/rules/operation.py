"""Judge the commands that begin and undo an operation; a model has at most one operation under way.

An operation is recorded before the serving target is changed, and belongs to the run that began it. To complete or undo
it the id of that run is needed, also when `modelward reconcile` does so after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from data.errors import BusyError, ConflictError, IllegalMoveError, InputError, RequestClosedError, StaleEvidenceError
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Operation, Slot
from data.records.events import EventType
from data.records.model import Model
from data.records.names import short, slot_key
from data.records.retirement import Retirement
from data.records.review import VerdictSet
from data.records.version import Version
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.deployment import BeginOperation, UndoOperation
from data.registry.evidence import champion_of, collect_evidence
from data.registry.purposes import purpose_of
from data.registry.rollback import blocked, last_served, objections, serving_or_last, why_not_approved
from data.registry.rules import emergency
from data.registry.rules.approval import REQUEST_AGAIN, RESTORE
from data.registry.rules.model import active_model
from data.registry.state import State

NOTHING_TO_UNDO = "leave it: there is nothing to undo"


def running_operation(state: State, model: str) -> Operation | None:
    """Return the operation under way on a model, or None. A restarted run finds its own operation here."""
    operation = state.get(Operation, f"{model}/operation")
    return operation if operation is not None and operation.state == "running" else None


def deployment_of_run(state: State, model: str, run_id: str) -> Deployment | None:
    """Return the last deployment that a run made, or None, so that a restarted run does not publish a second time."""
    found = state.find(Deployment, model=model, run_id=run_id) if run_id else []
    return found[-1] if found else None


def require_operation(state: State, model: str, context: Context, kind: str = "") -> Operation:
    """Return the operation under way on a model. Raises IllegalMoveError when there is none of this kind (any kind when
    empty), ConflictError when it belongs to another run.
    """
    operation = running_operation(state, model)
    if operation is None or (kind and operation.kind != kind):
        what, remedy = (
            (f"no {kind}", "run the flow again, which begins it") if kind else ("no operation", NOTHING_TO_UNDO)
        )
        raise IllegalMoveError(f"{what} of {short(model)} is under way", remedy)
    if operation.run_id != context.run_id:
        raise ConflictError(
            f"the {operation.kind} of {short(model)} belongs to run {operation.run_id or 'without id'}, "
            f"not to {context.run_id or 'one without id'}",
            "let that run continue; if it crashed, run `modelward reconcile`",
        )
    return operation


def begin_operation(state: State, command: BeginOperation, context: Context) -> CommandResult:
    """Lock the model and record the operation; refuse while another operation runs or when a precondition fails.

    A run that begins the same operation again gets the receipt of its running operation.
    """
    model = state.need(Model, command.model)
    running = running_operation(state, model.key)
    if running is not None and _is_repeated(running, command, context):
        return CommandResult(EventType.OPERATION_BEGUN, model.key, (running,), unchanged=True)
    if running is not None:
        raise BusyError(
            f"a {running.kind} of {short(model.key)} is under way by run {running.run_id or 'without id'} "
            f"since {running.begun_at:%Y-%m-%d %H:%M} UTC"
        )
    slot = state.get(Slot, slot_key(model.key, command.environment, command.slot))
    _check_expected_deployment(command, slot)
    version = _named_version(state, command, slot)
    PRECONDITIONS[command.kind](state, command, version, context)
    fields = {
        **command.model_dump(exclude={"evidence_digest", "standards_digest", "artifact_digest", "expected_deployment"}),
        "version": version.key,
        "former_version": slot.version if slot else None,
        "state": "running",
        "run_id": context.run_id,
        "begun_at": context.now,
        "begun_by": context.person,
        "ended_at": None,
        "reason": "",
    }
    known = state.get(Operation, f"{model.key}/operation")
    row = Operation(key=f"{model.key}/operation", **fields) if known is None else known.changed(**fields)
    return CommandResult(EventType.OPERATION_BEGUN, model.key, (row,), {"kind": command.kind, "version": version.key})


def _check_expected_deployment(command: BeginOperation, slot: Slot | None) -> None:
    """Raise ConflictError when the deployment to be ended no longer serves: the decision was about no other one."""
    serves = slot.deployment if slot is not None else None
    if command.expected_deployment is not None and serves != command.expected_deployment:
        raise ConflictError(
            f"the deployment to be ended no longer serves as {command.environment} {command.slot} of "
            f"{short(command.model)}; " + ("another one does" if serves else "nothing does"),
            f"run `modelward show {short(command.model)}` to see what serves now, then decide again",
        )


def undo_operation(state: State, command: UndoOperation, context: Context) -> CommandResult:
    """Record that the operation was undone; the former version serves, and another operation may begin."""
    operation = require_operation(state, command.model, context)
    row = operation.changed(state="undone", ended_at=context.now, reason=command.reason)
    data = {"kind": operation.kind, "reason": command.reason}
    return CommandResult(EventType.OPERATION_UNDONE, command.model, (row,), data)


def require_approved(version: Version, context: Context) -> None:
    """Raise IllegalMoveError unless the version is approved and its approval has not expired."""
    reason = why_not_approved(version, context.now)
    if reason:
        raise IllegalMoveError(
            f"{short(version.key)} cannot serve: {reason}",
            "choose an approved version, or request approval of this one with `modelward deploy`",
        )


def _is_repeated(running: Operation, command: BeginOperation, context: Context) -> bool:
    begun = (context.run_id, command.kind, command.environment, command.slot, command.version or running.version)
    return begun == (running.run_id, running.kind, running.environment, running.slot, running.version)


def _named_version(state: State, command: BeginOperation, slot: Slot | None) -> Version:
    """Return the version of an operation; by default a suspension or withdrawal is about the version that serves."""
    takes_out = command.kind in ("suspend", "withdraw")
    key = command.version or (slot.version if slot and takes_out else None)
    if key is None:
        raise _no_version(command, takes_out)
    version = state.need(Version, key)
    if version.model != command.model:
        raise InputError(
            f"{short(key)} is not a version of {short(command.model)}", f"choose a version of {short(command.model)}"
        )
    if takes_out and (slot is None or slot.version != key):
        raise IllegalMoveError(
            f"{short(key)} does not serve as {command.environment} {command.slot}",
            f"run `modelward show {short(command.model)}` to see what serves",
        )
    return version


def _no_version(command: BeginOperation, takes_out: bool) -> InputError:
    model, where = short(command.model), f"{command.environment} {command.slot} of {short(command.model)}"
    if takes_out:
        return InputError(f"nothing serves as {where}", f"run `modelward show {model}` to see what serves")
    return InputError(
        f"no version is given for the {command.kind} in {where}",
        f"choose a version; `modelward show {model}` lists them",
    )


def _check_deploy(state: State, command: BeginOperation, version: Version, context: Context) -> None:
    active_model(state, command.model)
    if command.request is None:
        raise InputError(f"the deployment of {short(version.key)} has no approval request", "request approval first")
    request = state.need(ApprovalRequest, command.request)
    _check_request(request, command, version)
    if purpose_of(request).serves_before_votes:
        emergency.require_open(request, context)
        emergency.require_releasable(state, version)
    else:
        _check_granted(request, version, context)
        require_approved(version, context)
    if blocked(state, version.key):
        raise IllegalMoveError(
            f"an open incident blocks {short(version.key)}", "resolve the incident, then deploy again"
        )
    _check_digests(state, request, command, version)
    _check_champion(state, request, version)


def _check_request(request: ApprovalRequest, command: BeginOperation, version: Version) -> None:
    needed = (version.key, command.environment, command.slot)
    granted = (request.subject, request.environment, request.slot)
    if needed != granted or not purpose_of(request).puts_in_service:
        raise IllegalMoveError(
            f"the request is to {request.purpose} {short(request.subject)} as {request.environment} {request.slot}, "
            f"not to deploy {short(version.key)} as {command.environment} {command.slot}",
            "request approval for this version, environment and slot",
        )


def _check_granted(request: ApprovalRequest, version: Version, context: Context) -> None:
    if request.state != "approved":
        raise RequestClosedError(
            f"the request to deploy {short(version.key)} is {request.state}, not approved",
            "wait for the remaining votes" if request.state == "pending" else "",
        )
    if request.valid_until is None or request.valid_until <= context.now:
        raise RequestClosedError(f"the approval to deploy {short(version.key)} has expired")


def _check_digests(state: State, request: ApprovalRequest, command: BeginOperation, version: Version) -> None:
    """Raise StaleEvidenceError unless the digests from the caller and those in the registry are the approved ones."""
    recorded = collect_evidence(state, version.key, request.environment, request.use)
    now = {
        "evidence": {command.evidence_digest, recorded.digest},
        "standard": {command.standards_digest},
        "artifact": {command.artifact_digest, version.artifact.digest},
    }
    approved = (request.evidence_digest, request.standards_digest, request.artifact_digest)
    for (what, digests), digest in zip(now.items(), approved, strict=True):
        if digests != {digest}:
            raise StaleEvidenceError(
                f"the {what} of {short(version.key)} is not the one that was approved",
                RESTORE if what == "artifact" else REQUEST_AGAIN,
            )


def _check_champion(state: State, request: ApprovalRequest, version: Version) -> None:
    verdicts = state.get(VerdictSet, request.verdict_set) if request.verdict_set else None
    if verdicts is None:
        raise StaleEvidenceError(
            f"the request to deploy {short(version.key)} has no recorded verdict set", REQUEST_AGAIN
        )
    champion = champion_of(state, version.model, request.environment)
    now = champion.key if champion is not None and champion.key != version.key else None
    if now != verdicts.champion:
        then = short(verdicts.champion) if verdicts.champion else "no champion"
        here = short(now) if now else "no other version"
        raise StaleEvidenceError(f"{short(version.key)} was judged against {then}; {here} serves now")


def _check_rollback(state: State, command: BeginOperation, version: Version, context: Context) -> None:
    place = f"{command.environment} {command.slot}"
    current = serving_or_last(state, command.model, command.environment, command.slot)
    former = last_served(state, command.model, command.environment, command.slot, version.key)
    if current is None or former is None:
        raise IllegalMoveError(f"{short(version.key)} never served as {place}", "choose a version that served there")
    if current.version == version.key:
        raise IllegalMoveError(
            f"{short(version.key)} is the version to be rolled back as {place}", "choose an earlier version"
        )
    against = objections(state, former, current, context.now)
    if against:
        raise IllegalMoveError(
            f"a rollback to {short(version.key)} is not allowed: {'; '.join(against)}", "choose another version"
        )


def _check_withdrawal(state: State, command: BeginOperation, version: Version, context: Context) -> None:
    retirement = state.get(Retirement, f"{version.key}/retirement")
    if retirement is None or retirement.state != "quiet":
        present = f"is {retirement.state}" if retirement else "was not opened"
        raise IllegalMoveError(
            f"the retirement of {short(version.key)} {present}; only a quiet version can be withdrawn",
            "run `modelward retire` until it is quiet, or stop serving at once with `modelward suspend`",
        )


def _check_nothing(state: State, command: BeginOperation, version: Version, context: Context) -> None:
    """Check nothing: a suspension is allowed at any time."""


PRECONDITIONS: Mapping[str, Callable[[State, BeginOperation, Version, Context], None]] = {
    "deploy": _check_deploy,
    "rollback": _check_rollback,
    "suspend": _check_nothing,
    "withdraw": _check_withdrawal,
}

RULES: Mapping[type[Command], Rule] = {BeginOperation: begin_operation, UndoOperation: undo_operation}
