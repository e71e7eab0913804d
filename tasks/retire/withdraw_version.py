"""Withdraw a version without traffic from every slot that has it, and record the version as retired."""

from __future__ import annotations

from collections.abc import Sequence

from data.files.serving import SlotAddress
from data.queries.retirements import retirement_snapshot
from data.records.deployment import Slot
from data.records.names import short
from data.records.retirement import Retirement
from data.records.run_context import RunContext
from data.registry.commands.deployment import BeginOperation, CompleteWithdrawal
from data.registry.commands.retirement import WithdrawVersion
from data.registry.registry import Registry
from tasks.deploy.carry_out_operation import ServingChange, carry_out
from tasks.run.business_time import moment
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step


def withdraw_version(
    retirement: Retirement, slots: Sequence[Slot], context: RunContext, steps: Steps = PLAIN_CALLS
) -> None:
    """Publish the withdrawal in each slot that has the version, then record the version as retired.

    Raises BusyError, PublishError, IllegalMoveError.
    """
    for slot in slots:
        carry_out(_withdrawal(slot, retirement, context), context, steps)
    steps.take(record_withdrawal, retirement, context)


def withdraw_unserved(retirement: Retirement, context: RunContext, steps: Steps = PLAIN_CALLS) -> Retirement:
    """Record a version that never served and has no consumer as retired; return its retirement as it is then."""
    if retirement.state != "planned":
        return retirement
    found = retirement_snapshot(Registry.here(), retirement.key)
    if found.has_served or found.parties:
        return retirement
    steps.take(record_withdrawal, retirement, context)
    return retirement_snapshot(Registry.here(), retirement.key).retirement


@step("record withdrawal")
def record_withdrawal(retirement: Retirement, context: RunContext) -> None:
    """Record that the version is withdrawn and retired. Raises IllegalMoveError."""
    Registry.here().execute(WithdrawVersion(key=retirement.key), context)
    name_step(f"record {short(retirement.subject)} as retired", retirement=retirement.key)


def _withdrawal(slot: Slot, retirement: Retirement, context: RunContext) -> ServingChange:
    place = SlotAddress(slot.model, slot.environment, slot.slot)
    fallback = short(retirement.successor) if retirement.successor else ""
    reason, at = f"retired: {retirement.reason}", moment(context.as_of)
    return ServingChange(
        place=place,
        begin=lambda: BeginOperation(
            model=slot.model, kind="withdraw", environment=slot.environment, slot=slot.slot, version=retirement.subject
        ),
        act=lambda target: target.withdraw(place, fallback, reason, at, context.run_id),
        complete=lambda manifest: CompleteWithdrawal(model=slot.model, manifest_digest=manifest, reason=reason),
        acting=f"withdraw from {slot.environment}",
    )
