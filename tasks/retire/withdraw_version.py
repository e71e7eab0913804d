"""Take a quiet version out of service wherever it still stands, and let the registry call it retired."""

from __future__ import annotations

from data.files.serving import Place
from data.records.deployment import Slot
from data.records.names import short
from data.records.retirement import Retirement
from data.records.run_context import RunContext
from data.registry.commands.deployment import BeginOperation, CompleteWithdrawal
from data.registry.commands.retirement import WithdrawVersion
from data.registry.registry import Registry
from tasks.deploy.carry_out_operation import ServingChange, carry_out
from tasks.run.business_time import moment


def withdraw_version(retirement: Retirement, run: RunContext) -> None:
    """Each slot that names the version says that it is withdrawn; one that serves nowhere is retired as it is.

    Raises BusyError, PublishError, IllegalMoveError.
    """
    registry = Registry.here()
    with registry.reading() as state:
        slots = state.find(Slot, version=retirement.subject)
    for slot in slots:
        _empty(slot, retirement, run)
    command = WithdrawVersion(key=retirement.key)
    registry.execute(command, run)


def _empty(slot: Slot, retirement: Retirement, run: RunContext) -> None:
    place = Place(slot.model, slot.environment, slot.slot)
    fallback = short(retirement.successor) if retirement.successor else ""
    reason, at = f"retired: {retirement.reason}", moment(run.as_of)
    change = ServingChange(
        place=place,
        begin=lambda: BeginOperation(
            model=slot.model, kind="withdraw", environment=slot.environment, slot=slot.slot, version=retirement.subject
        ),
        act=lambda target: target.withdraw(place, fallback, reason, at, run.run_id),
        complete=lambda manifest: CompleteWithdrawal(model=slot.model, manifest_digest=manifest, reason=reason),
        acting=f"withdraw from {slot.environment}",
    )
    carry_out(change, run)
