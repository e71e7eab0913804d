"""Carry out an operation on what serves: intent, act, verified outcome; on any failure the former state is put back."""

from __future__ import annotations

from collections.abc import Callable

from data.errors import ModelwardError
from data.files.serving import FileTarget, Place, ServingTarget
from data.records.deployment import Operation
from data.records.run_context import RunContext
from data.registry.command import Command
from data.registry.commands.deployment import BeginOperation, UndoOperation
from data.registry.registry import Receipt, Registry
from data.registry.rules.operation import running_operation
from tasks.deploy.hold_operation import holding


def carry_out(
    begin: BeginOperation, act: Callable[[ServingTarget], str], complete: Callable[[str], Command], run: RunContext
) -> Receipt:
    """`act` changes the target and answers the new manifest's digest, which `complete` turns into the closing command.

    Raises BusyError while a living process works on the model, and whatever registry and target refuse with; then the
    former manifest is back and the operation is recorded as undone.
    """
    registry = Registry.here()
    target: ServingTarget = FileTarget(registry.home)
    place = Place(begin.model, begin.environment, begin.slot)
    with holding(registry.home, place.model):
        begun = _execute(registry, begin.model_copy(update={"former_manifest": target.read(place)}), run)
        try:
            return _execute(registry, complete(act(target)), run)
        except ModelwardError as error:
            _undo(registry, target, place, begun.row(Operation), error.what, run)
            raise


def _undo(
    registry: Registry, target: ServingTarget, place: Place, begun: Operation, reason: str, run: RunContext
) -> None:
    """Put back what served before this operation, and say so; one that the registry holds for done stays done.

    What is there already is not written again: a target that cannot be written still has the former state.
    """
    with registry.reading() as state:
        if running_operation(state, place.model) is None:
            return
    if target.read(place) != begun.former_manifest:
        target.restore(place, begun.former_manifest)
    _execute(registry, UndoOperation(model=place.model, reason=reason), run)


def _execute(registry: Registry, command: Command, run: RunContext) -> Receipt:
    return registry.execute(command, run)
