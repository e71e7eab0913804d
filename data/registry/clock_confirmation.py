"""Records that a person checked the host's clock, after the registry refused to write with it."""

from __future__ import annotations

from data.errors import InputError
from data.records.run_context import RunContext
from data.registry.audit_log import AuditLog
from data.registry.clock import confirmed_clock, read_clock
from data.registry.commands.log import ConfirmClock
from data.registry.registry import Receipt, Registry


def confirm_clock(registry: Registry, reason: str, context: RunContext) -> Receipt:
    """Record that the host's clock is right, so that the registry can be written with it; return the receipt.

    Raises InputError when the clock breaks no rule, MissingRegistryError, StoreLockedError.
    """
    with confirmed_clock(), registry.session():
        with registry.store.reading() as connection:
            head = AuditLog(connection).head()
            fault = registry.clock.fault(connection, head)
        if fault is None:
            raise InputError("this host's clock agrees with the last event", "use the registry as usual")
        command = ConfirmClock(clock=read_clock().wall, previous=head.recorded_at, reason=reason)
        return registry.execute(command, context)
