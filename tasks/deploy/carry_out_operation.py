"""Carry out an operation on what serves: intent, act, verified outcome; on any failure the former state is put back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from data.errors import ModelwardError
from data.files.home import Home
from data.files.serving import FileTarget, Place, ServingTarget
from data.queries.serving_operations import operation_under_way
from data.records.deployment import Deployment, Operation
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.command import Command
from data.registry.commands.deployment import BeginOperation, UndoOperation
from data.registry.registry import Receipt, Registry
from tasks.deploy.hold_operation import holding
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step


@dataclass(frozen=True)
class ServingChange:
    """An operation on what serves in a place.

    `begin` makes the intent, in a step `check` of its own where that is given; `act` changes the target and `verify`
    checks it, each answers the manifest's digest, which `complete` turns into the closing command. `acting` names the
    step that acts.
    """

    place: Place
    begin: Callable[[], BeginOperation]
    act: Callable[[ServingTarget], str]
    complete: Callable[[str], Command]
    acting: str
    verify: Callable[[ServingTarget], str] | None = None
    check: str = ""


def carry_out(change: ServingChange, context: RunContext, steps: Steps = PLAIN_CALLS) -> Receipt:
    """Lock the model, record the intent, change the target, verify it, and close the operation.

    Raises BusyError while a living process works on the model, and whatever registry and target refuse with; then the
    former manifest is back and the operation is recorded as undone.
    """
    registry = Registry.here()
    target: ServingTarget = FileTarget(registry.home)
    with ExitStack() as held:
        begun = steps.take(lock_model, held, registry.home, change, context)
        if begun is None:
            begun = steps.take(check_artifact, registry.home, change, context)
        try:
            digest = steps.take(change_target, target, change)
            if change.verify is not None:
                digest = steps.take(verify_target, target, change)
            return steps.take(record_outcome, change, digest, context)
        except ModelwardError as error:
            steps.take(restore_former, target, change.place, begun, error.what, context)
            raise


@step("lock model")
def lock_model(held: ExitStack, home: Home, change: ServingChange, context: RunContext) -> Operation | None:
    """Hold the model until `held` is closed; the operation, begun where no step of its own checks it first."""
    name_step(f"lock {short(change.place.model)}", model=change.place.model)
    held.enter_context(holding(home, change.place.model))
    return None if change.check else _begin(home, change, context)


@step("verify digest")
def check_artifact(home: Home, change: ServingChange, context: RunContext) -> Operation:
    """Compute the digests of what is there and begin the operation, if the registry finds them approved."""
    name_step(change.check, model=change.place.model)
    return _begin(home, change, context)


@step("change target")
def change_target(target: ServingTarget, change: ServingChange) -> str:
    """Change what is published; answers the manifest's digest."""
    name_step(change.acting, model=change.place.model)
    return change.act(target)


@step("verify target")
def verify_target(target: ServingTarget, change: ServingChange) -> str:
    """Check what is published, byte by byte; answers the manifest's digest."""
    name_step(f"verify what {change.place.environment} serves", model=change.place.model)
    assert change.verify is not None
    return change.verify(target)


@step("record outcome")
def record_outcome(change: ServingChange, digest: str, context: RunContext) -> Receipt:
    """Close the operation: what serves now, and what it took the place of."""
    name_step("record what serves", model=change.place.model)
    receipt = Registry.here().execute(change.complete(digest), context)
    name_step(_outcome(receipt), deployment=receipt.subject)
    return receipt


@step("restore former version")
def restore_former(target: ServingTarget, place: Place, begun: Operation, reason: str, context: RunContext) -> None:
    """Put back what served before this operation, and record it; one that the registry holds for done stays done.

    What is there already is not written again: a target that cannot be written still has the former state.
    """
    registry = Registry.here()
    if operation_under_way(registry, place.model) is None:
        return
    if target.read(place) != begun.former_manifest:
        target.restore(place, begun.former_manifest)
    registry.execute(UndoOperation(model=place.model, reason=reason), context)


def _begin(home: Home, change: ServingChange, context: RunContext) -> Operation:
    former = FileTarget(home).read(change.place)
    receipt = Registry.here().execute(change.begin().model_copy(update={"former_manifest": former}), context)
    return receipt.row(Operation)


def _outcome(receipt: Receipt) -> str:
    """`supersede v1 with v2`, or what the deployment of this operation is now."""
    rows = receipt.rows_of(Deployment)
    former = [_version(row.version) for row in rows if row.key != receipt.subject]
    now = next((row for row in rows if row.key == receipt.subject), None)
    if now is None:
        return "record what serves: nothing"
    if former:
        return f"supersede {', '.join(former)} with {_version(now.version)}"
    return f"record {_version(now.version)} as {now.state.replace('_', ' ')}"


def _version(key: str) -> str:
    return f"v{key.rpartition('/')[2]}"
