"""Sign the manifests that an earlier version published without a signature, if they are the recorded ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from data.queries.serving_comparison import compare_serving
from data.records.deployment import Slot
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.manifest_signer import sign_slots
from data.registry.registry import Registry
from data.text.counted import counted
from tasks.run.run_due_jobs import Due


def unsigned_manifests(context: RunContext) -> Iterator[Due]:
    """Yield the recorded manifests without a signed note, if any; a note that exists is never replaced here."""
    slots = compare_serving(Registry.here(), hash_bytes=False).unsigned
    if slots:
        yield "manifests", partial(_sign, slots)


def _sign(slots: Sequence[Slot]) -> str:
    signed = sign_slots(Registry.here(), slots)
    named = ", ".join(f"{one.environment} {one.slot} of {short(one.model)}" for one in slots)
    return f"signed {counted(signed, 'manifest')}: {named}"
