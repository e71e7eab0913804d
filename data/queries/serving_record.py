"""Read what the record says about every slot: what serves there, the digest of its manifest, and its last event."""

from __future__ import annotations

from dataclasses import dataclass

from data.files.serving import SlotAddress
from data.records.deployment import Operation, Slot
from data.records.version import Version
from data.registry.audit_log import AuditLog
from data.registry.log_keys import DeclaredKey, log_keys
from data.registry.registry import Registry
from data.registry.state import State


@dataclass(frozen=True)
class RecordedSlot:
    """A slot, the version that serves in it (None for nothing), and the number of the event that says so.

    `in_progress` is True while an operation changes the slot.
    """

    slot: Slot
    version: Version | None
    event: int
    in_progress: bool

    @property
    def address(self) -> SlotAddress:
        """The address of the slot."""
        return SlotAddress(self.slot.model, self.slot.environment, self.slot.slot)


@dataclass(frozen=True)
class ServingRecord:
    """The slots that have a manifest, and the name and keys of the log, the first one first.

    `edited` are the rows of slots and versions that differ from the log. `changing` are the models with an operation
    under way.
    """

    origin: str
    keys: tuple[DeclaredKey, ...]
    slots: tuple[RecordedSlot, ...]
    edited: tuple[str, ...]
    changing: frozenset[str]

    @property
    def vkey(self) -> str:
        """The key in force."""
        return self.keys[-1].vkey


def serving_record(registry: Registry) -> ServingRecord:
    """Return what the record says about every slot. Raises StoreError, MissingRegistryError."""
    with registry.store.reading() as connection:
        state, log = State(connection), AuditLog(connection)
        slots = [one for one in state.find(Slot) if one.manifest_digest is not None]
        running = {one.model: one for one in state.find(Operation, state="running")}
        versions = {one.version: state.get(Version, one.version) for one in slots if one.version is not None}
        read = [*slots, *(one for one in versions.values() if one is not None)]
        found = tuple(
            RecordedSlot(
                one,
                versions.get(one.version or ""),
                log.last_event(one) or 0,
                _is_changing(running.get(one.model), one),
            )
            for one in slots
        )
        keys, edited = tuple(log_keys(connection)), tuple(log.differing(read, ()))
        return ServingRecord(log.origin(), keys, found, edited, frozenset(running))


def _is_changing(operation: Operation | None, slot: Slot) -> bool:
    return operation is not None and (operation.environment, operation.slot) == (slot.environment, slot.slot)
