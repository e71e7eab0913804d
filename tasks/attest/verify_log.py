"""Verify the audit log deeply: every event, every rebuilt table, the journal, the anchors, and evidence by digest."""

from __future__ import annotations

from data.audit.verifier.report import Discrepancy, Report
from data.errors import AuditError
from data.queries.file_differences import stored_file_differences
from data.queries.verification import verify_registry
from data.records.run_context import RunContext
from data.registry.registry import Registry
from data.text.counted import counted
from tasks.attest.report_differences import report_differences
from tasks.run.take_steps import name_step, step

SHOWN = 5


@step("verify log")
def verify_log(context: RunContext) -> Report:
    """Verify the audit log and return the report. A stored file that was changed or is missing opens an incident.

    Raises AuditError with the first discrepancies, or StoreLockedError.
    """
    registry = Registry.here()
    report = verify_registry(registry, deep=True)
    reported = report_differences(registry, stored_file_differences(report), context)
    require_sound(report, "the audit log", reported.why_not)
    name_step(f"verify {counted(report.events, 'event')}: no discrepancy")
    return report


def require_sound(report: Report, what: str, addition: str = "") -> None:
    """Raise AuditError with the first discrepancies if the report has any.

    `what` is the subject of the message, `addition` its end.
    """
    if not report.ok:
        found = "; ".join(_place_and_text(one) for one in report.findings[:SHOWN])
        raise AuditError(
            f"{what} has {counted(len(report.findings), 'discrepancy', 'discrepancies')}: {found}{addition}"
        )


def _place_and_text(finding: Discrepancy) -> str:
    places = (f"event {finding.seq}" if finding.seq is not None else "", finding.table or "", finding.key or "")
    return f"{' '.join(one for one in places if one) or 'registry'}: {finding.what}"
