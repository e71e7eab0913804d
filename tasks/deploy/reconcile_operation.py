"""End an operation whose process died: finish it if its target is as intended, otherwise undo all of it.

A process that carries out an operation holds the model's lock file, and the lock ends with the process. Nothing is
changed here while a process holds the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from data.errors import ArtifactError, BusyError, InputError, PublishError, RefusedError
from data.files.artifacts import ArtifactStore
from data.files.manifest import Manifest, digest_of
from data.files.serving import FileTarget, SlotAddress
from data.queries.rows import required_row, rows
from data.queries.serving_operations import is_blocked, operation_under_way, return_choice, serving_facts
from data.records.deployment import Operation
from data.records.names import short
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.command import Command
from data.registry.commands.deployment import (
    CompleteDeployment,
    CompleteRollback,
    CompleteSuspension,
    CompleteWithdrawal,
    UndoOperation,
)
from data.registry.registry import Registry
from gates.standard import oversight_for
from tasks.deploy.lock_operation import operation_lock
from tasks.deploy.roll_back_version import missing_bytes
from tasks.run.business_time import moment
from tasks.run.load_standards import in_force
from tasks.run.run_due_jobs import Due

DIED = "its process died before the operation ended"


def running_operations(run: RunContext) -> Iterator[Due]:
    """Yield every operation recorded as running."""
    for operation in rows(Registry.here(), Operation, state="running"):
        yield operation.model, partial(reconcile_operation, operation.model, run)


def reconcile_operation(model: str, run: RunContext) -> str:
    """Finish or undo the operation of a model; return what was done, "" if its process lives or none is running."""
    registry = Registry.here()
    try:
        with operation_lock(registry.home, model):
            operation = operation_under_way(registry, model)
            return _end(registry, operation, run) if operation is not None else ""
    except BusyError:
        return ""


def _end(registry: Registry, operation: Operation, run: RunContext) -> str:
    """Finish or undo an operation; the commands run under the id of the run that began it."""
    target = FileTarget(registry.home)
    execute = partial(registry.execute, context=replace(run, run_id=operation.run_id))
    name = f"the {operation.kind} of {short(operation.version or operation.model)}"
    reason = DIED
    try:
        command = _finished(registry, target, operation, run.as_of)
        if command is not None:
            execute(command)
            return f"{name} was finished"
    except (RefusedError, InputError, ArtifactError, PublishError) as error:
        reason = f"{DIED}; it could not be finished: {error.what}"
    target.restore(_place(operation), operation.former_manifest)
    execute(UndoOperation(model=operation.model, reason=reason))
    return f"{name} was undone"


def _finished(registry: Registry, target: FileTarget, operation: Operation, as_of: datetime | None) -> Command | None:
    """Return the closing command if the published manifest is that of this operation, otherwise None."""
    published = target.manifest(_place(operation))
    if published is None or published.run_id != operation.run_id:
        return None
    return FINISH[operation.kind](registry, target, operation, published, moment(as_of))


def _deployed(
    registry: Registry, target: FileTarget, operation: Operation, published: Manifest, at: datetime
) -> Command | None:
    version = _version(registry, operation)
    digest = target.verify(_place(operation), version)
    if is_blocked(registry, version.key):
        return None
    return CompleteDeployment(model=operation.model, manifest_digest=digest)


def _rolled_back(
    registry: Registry, target: FileTarget, operation: Operation, published: Manifest, at: datetime
) -> Command | None:
    digest = target.verify(_place(operation), _version(registry, operation))
    store = ArtifactStore(registry.home.artifacts)
    place = (operation.environment, operation.slot)
    choice = return_choice(registry, operation.model, *place, at, lambda version: missing_bytes(store, version))
    return CompleteRollback(
        model=operation.model,
        manifest_digest=digest,
        reason="a rollback whose process died; its published manifest was found and verified",
        passed_over=choice.chosen.passed_over,
        ratify_by=_ratify_by(registry, operation, at),
    )


def _suspended(
    registry: Registry, target: FileTarget, operation: Operation, published: Manifest, at: datetime
) -> Command | None:
    if published.state != "suspended":
        return None
    return CompleteSuspension(
        model=operation.model,
        manifest_digest=digest_of(target.read(_place(operation)) or ""),
        reason=published.reason,
        fallback=published.fallback,
        ratify_by=_ratify_by(registry, operation, at),
    )


def _withdrawn(
    registry: Registry, target: FileTarget, operation: Operation, published: Manifest, at: datetime
) -> Command | None:
    if published.state != "withdrawn":
        return None
    digest = digest_of(target.read(_place(operation)) or "")
    return CompleteWithdrawal(model=operation.model, manifest_digest=digest, reason=published.reason)


def _place(operation: Operation) -> SlotAddress:
    return SlotAddress(operation.model, operation.environment, operation.slot)


def _version(registry: Registry, operation: Operation) -> Version:
    return required_row(registry, Version, operation.version or "")


def _ratify_by(registry: Registry, operation: Operation, at: datetime) -> datetime:
    facts = serving_facts(registry, operation.model, operation.environment, operation.slot)
    oversight = oversight_for(in_force(facts.adopted, facts.model).first, facts.model.tier)
    return at + timedelta(hours=oversight.ratify_hours)


FINISH: Mapping[str, Callable[[Registry, FileTarget, Operation, Manifest, datetime], Command | None]] = {
    "deploy": _deployed,
    "rollback": _rolled_back,
    "suspend": _suspended,
    "withdraw": _withdrawn,
}
