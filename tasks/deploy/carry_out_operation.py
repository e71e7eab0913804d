"""Carry out an operation on what serves: record the intent, act, verify; after a failure restore the former state."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from data.errors import ModelwardError
from data.files.home import Home
from data.files.manifest import parsed_manifest
from data.files.serving import FileTarget, ServingTarget, SlotAddress
from data.queries.serving_operations import operation_under_way
from data.records.deployment import Deployment, Operation
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.command import Command
from data.registry.commands.deployment import BeginOperation, UndoOperation
from data.registry.manifest_signer import RecordedManifestSigner
from data.registry.registry import Receipt, Registry
from tasks.deploy.lock_operation import operation_lock
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step


@dataclass(frozen=True)
class ServingChange:
    """An operation on what serves in a slot.

    `begin` returns the command with the intent. `act` changes the target and `verify` checks it; both return the digest
    of the manifest, from which `complete` makes the closing command. `acting` is the name of the acting step. If
    `check` is set, the intent is recorded in a step of that name.
    """

    place: SlotAddress
    begin: Callable[[], BeginOperation]
    act: Callable[[ServingTarget], str]
    complete: Callable[[str], Command]
    acting: str
    verify: Callable[[ServingTarget], str] | None = None
    check: str = ""


def carry_out(change: ServingChange, context: RunContext, steps: Steps = PLAIN_CALLS) -> Receipt:
    """Lock the model, record the intent, change the target, verify it, and close the operation.

    Raises BusyError while another process works on the model, and every refusal of registry and target; in that case
    the former manifest is restored and the operation is recorded as undone.
    """
    registry = Registry.here()
    target: ServingTarget = FileTarget(registry.home, signer=RecordedManifestSigner(registry))
    with ExitStack() as locks:
        operation = steps.take(lock_model, locks, registry.home, change, context)
        if operation is None:
            operation = steps.take(check_artifact, registry.home, change, context)
        try:
            digest = steps.take(change_target, target, change)
            if change.verify is not None:
                digest = steps.take(verify_target, target, change)
            return steps.take(record_outcome, change, digest, context)
        except ModelwardError as error:
            steps.take(restore_former, target, change.place, operation, error.what, context)
            raise


@step("lock model")
def lock_model(locks: ExitStack, home: Home, change: ServingChange, context: RunContext) -> Operation | None:
    """Lock the model until `locks` is closed; return the begun operation, or None if `check` has its own step."""
    name_step(f"lock {short(change.place.model)}", model=change.place.model)
    locks.enter_context(operation_lock(home, change.place.model))
    return None if change.check else _begin(home, change, context)


@step("verify digest")
def check_artifact(home: Home, change: ServingChange, context: RunContext) -> Operation:
    """Compute the present digests and begin the operation if the registry finds that they are approved."""
    name_step(change.check, model=change.place.model)
    return _begin(home, change, context)


@step("change target")
def change_target(target: ServingTarget, change: ServingChange) -> str:
    """Change the published manifest; return its digest."""
    name_step(change.acting, model=change.place.model)
    return change.act(target)


@step("verify target")
def verify_target(target: ServingTarget, change: ServingChange) -> str:
    """Verify the published bytes; return the digest of the manifest."""
    name_step(f"verify published bytes in {change.place.environment}", model=change.place.model)
    assert change.verify is not None
    return change.verify(target)


@step("record outcome")
def record_outcome(change: ServingChange, digest: str, context: RunContext) -> Receipt:
    """Mark the operation done; record which version serves now and which one it replaced."""
    name_step("record outcome", model=change.place.model)
    receipt = Registry.here().execute(change.complete(digest), context)
    name_step(_outcome(receipt), deployment=receipt.subject)
    return receipt


@step("restore former version")
def restore_former(
    target: ServingTarget, place: SlotAddress, operation: Operation, reason: str, context: RunContext
) -> None:
    """Restore what served before this operation and record it as undone; an operation already done stays done.

    A manifest that is unchanged is not written again, so that this also works when the target cannot be written.
    """
    registry = Registry.here()
    if operation_under_way(registry, place.model) is None:
        name_step("nothing to restore: the operation is done", model=place.model)
        return
    if target.read(place) != operation.former_manifest:
        target.restore(place, operation.former_manifest)
    registry.execute(UndoOperation(model=place.model, reason=reason), context)
    name_step(_restored(operation.former_manifest), model=place.model)


def _begin(home: Home, change: ServingChange, context: RunContext) -> Operation:
    former = FileTarget(home).read(change.place)
    receipt = Registry.here().execute(change.begin().model_copy(update={"former_manifest": former}), context)
    return receipt.row(Operation)


def _outcome(receipt: Receipt) -> str:
    """Return the name of the closing step, like `supersede v1 with v2` or `record v1 as rolled back`."""
    rows = receipt.rows_of(Deployment)
    former = [_version(row.version) for row in rows if row.key != receipt.subject]
    now = next((row for row in rows if row.key == receipt.subject), None)
    if now is None:
        return "record outcome: no deployment"
    if former:
        return f"supersede {', '.join(former)} with {_version(now.version)}"
    return f"record {_version(now.version)} as {now.state.replace('_', ' ')}"


def _restored(former: str | None) -> str:
    """Return the name of the restoring step, like `restore v3`."""
    if former is None:
        return "nothing to restore: no former version"
    try:
        manifest = parsed_manifest(former)
    except ModelwardError:
        return "restore a manifest that cannot be read"
    return f"restore {_version(manifest.version)}" if manifest.version else f"restore state {manifest.state}"


def _version(key: str) -> str:
    return f"v{key.rpartition('/')[2]}"
