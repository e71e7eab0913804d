"""Compare what serves with the record, and sign each manifest again, so that a server can refuse an old signature."""

from __future__ import annotations

from data.errors import AuditError
from data.queries.serving_comparison import compare_serving
from data.records.run_context import RunContext
from data.registry.manifest_signer import sign_slots
from data.registry.registry import Registry
from data.text.counted import counted
from tasks.attest.report_differences import report_differences
from tasks.run.take_steps import name_step, step

SHOWN = 5


@step("compare what serves")
def compare_manifests(context: RunContext) -> int:
    """Compare each slot with the record and sign the manifests that do not differ; return the number of signed ones.

    A recorded manifest that an earlier version left unsigned is signed too. Each difference opens an incident. Raises
    AuditError with the first differences.
    """
    registry = Registry.here()
    found = compare_serving(registry)
    differing = found.besides_unsigned
    if differing:
        reported = report_differences(registry, differing, context)
        if not found.edited:
            sign_slots(registry, (*found.sound, *found.unsigned))
        first = "; ".join(one.what for one in differing[:SHOWN])
        what = f"what serves differs from the record in {counted(len(differing), 'place')}: {first}{reported.why_not}"
        raise AuditError(what, differing[0].remedy)
    signed = sign_slots(registry, (*found.sound, *found.unsigned))
    name_step(f"compare what serves: {counted(signed, 'manifest')} signed")
    return signed
