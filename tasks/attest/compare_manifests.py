"""Compare what serves with the record, and sign each manifest again, so that a server can refuse an old signature."""

from __future__ import annotations

from data.errors import AuditError
from data.registry.registry import Registry
from data.registry.serving_comparison import compare_serving, sign_compared, sign_slot, unsigned_slots
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted

SHOWN = 5


@step("compare what serves")
def compare_manifests() -> int:
    """Compare each slot with the record and sign its manifest; return the number of signed manifests.

    A recorded manifest that an earlier version left unsigned is signed first. Raises AuditError with the first
    differences.
    """
    registry = Registry.here()
    for slot in unsigned_slots(registry):
        sign_slot(registry, slot)
    found = compare_serving(registry)
    if found.differences:
        first = "; ".join(one.what for one in found.differences[:SHOWN])
        what = f"what serves differs from the record in {counted(len(found.differences), 'place')}: {first}"
        raise AuditError(what, found.differences[0].remedy)
    signed = sign_compared(registry)
    name_step(f"compare what serves: {counted(signed, 'manifest')} signed")
    return signed
