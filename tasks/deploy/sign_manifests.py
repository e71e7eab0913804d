"""Sign the manifests that an earlier version published without a signature, if they are the recorded ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.records.names import short
from data.records.run_context import RunContext
from data.registry.registry import Registry
from data.registry.serving_comparison import sign_slot, unsigned_slots
from data.registry.serving_record import RecordedSlot
from tasks.run.run_due_jobs import Due


def unsigned_manifests(context: RunContext) -> Iterator[Due]:
    """Yield each recorded manifest without a signed note; a note that exists is never replaced here."""
    for slot in unsigned_slots(Registry.here()):
        yield slot.slot.key, partial(_sign, slot)


def _sign(slot: RecordedSlot) -> str:
    sign_slot(Registry.here(), slot)
    return f"signed the manifest of {slot.slot.environment} {slot.slot.slot} of {short(slot.slot.model)}"
