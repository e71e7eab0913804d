"""Sign the manifests that an earlier version published without a signature, if they are the recorded ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from data.records.names import short
from data.records.run_context import RunContext
from data.registry.registry import Registry
from data.registry.serving_comparison import compare_serving, sign_slots
from data.registry.serving_record import RecordedSlot
from data.text.counted import counted
from tasks.run.run_due_jobs import Due


def unsigned_manifests(context: RunContext) -> Iterator[Due]:
    """Yield the recorded manifests without a signed note, if any; a note that exists is never replaced here."""
    slots = compare_serving(Registry.here(), hash_bytes=False).unsigned
    if slots:
        yield "manifests", partial(_sign, slots)


def _sign(slots: Sequence[RecordedSlot]) -> str:
    signed = sign_slots(Registry.here(), slots)
    named = ", ".join(f"{one.slot.environment} {one.slot.slot} of {short(one.slot.model)}" for one in slots)
    return f"signed {counted(signed, 'manifest')}: {named}"
